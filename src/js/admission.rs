//! A request's admission, for the driver in `pkg-template/edge/proxy.js`. Steps are JSON texts.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::inspector::{Inspector, whole};
use crate::proxy::admission::{self, Answer, Asks, Gate, Keys, Lost, RequestHead};
use crate::proxy::config::{Config, ConfigFault};
use crate::proxy::request::pace::TooSlow;
use crate::proxy::{ProxyError, Secret, Secrets, response};
use crate::wire::plain;

/// What a proxy of one environment's settings and secrets shares between its requests.
#[wasm_bindgen]
pub struct ProxyCore {
    gate: Rc<Gate>,
    keys: Rc<Result<Keys, String>>,
    asks: Asks,
}

#[wasm_bindgen]
impl ProxyCore {
    /// All are JSON: `config` has the options by the names of [`Config`], `variables` texts by their names,
    /// `asks` what the driver can
    /// answer, `secrets` the names and values of key, session secret and Turnstile's secret, missing ones
    /// empty. What is wrong with any, or `problem`, is the operator's to read: such a core refuses every
    /// request. Throws if `asks` or `secrets` are not what is read here.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: &str,
        variables: &str,
        asks: &str,
        secrets: &str,
        problem: Option<String>,
    ) -> Result<ProxyCore, JsValue> {
        let malformed = |error: plain::Fault| JsValue::from_str(&error.to_string());
        let variables: BTreeMap<String, String> = plain::of_text(variables).map_err(malformed)?;
        let asks: Asks = plain::of_text(asks).map_err(malformed)?;
        let [key, session, turnstile]: [(String, String); 3] =
            plain::of_text(secrets).map_err(malformed)?;
        let made = plain::of_text(config)
            .map_err(|fault| ConfigFault::Malformed("options".to_owned(), fault.to_string()))
            .and_then(|options| Config::of_options(options, |name| variables.get(name).cloned()))
            .and_then(Gate::new)
            .map_err(|fault| fault.to_string());
        let (gate, fault) = match made {
            Ok(gate) => (gate, problem),
            Err(fault) => (Gate::closed(config), Some(fault)),
        };
        let secret = |(name, text): (String, String)| Secret::named(&name, &text);
        let keys = fault.map_or_else(
            || {
                let secrets = Secrets {
                    key: secret(key),
                    session: secret(session),
                    // Of one that is missing the name is told, too.
                    turnstile: gate.config.anonymous.is_some().then(|| secret(turnstile)),
                };
                Keys::check(secrets, &gate.config, asks.authenticate)
            },
            Err,
        );
        Ok(Self {
            gate: Rc::new(gate),
            keys: Rc::new(keys),
            asks,
        })
    }

    /// Begins a request with this head, which is JSON. `id` is random.
    pub fn handle(&self, head: &str, id: String, now_ms: f64) -> Result<Admission, JsValue> {
        let head: RequestHead =
            plain::of_text(head).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let (gate, keys) = (Rc::clone(&self.gate), Rc::clone(&self.keys));
        let mut admission = admission::Admission::new(gate, keys, self.asks, head, id);
        let step = admission.start(whole(now_ms));
        let mut begun = Admission {
            admission,
            body: None,
            first: String::new(),
            too_slow: None,
        };
        begun.first = begun.json(step);
        Ok(begun)
    }
}

/// Decides what becomes of a request until its answer begins. It holds the request's place among those of
/// its caller that are in flight until it is freed.
#[wasm_bindgen]
pub struct Admission {
    admission: admission::Admission,
    /// The body of the request to the upstream.
    body: Option<Vec<u8>>,
    first: String,
    too_slow: Option<TooSlow>,
}

impl Admission {
    fn why_lost(&self, why: &str) -> Lost {
        match (why, self.too_slow) {
            ("large", _) => Lost::Large,
            ("slow", Some(too_slow)) => Lost::Slow(too_slow),
            _ => Lost::Broken,
        }
    }

    fn json(&mut self, mut step: admission::Step) -> String {
        if let admission::Step::Forward(request) = &mut step {
            self.body = request.body.take();
        }
        json(&step)
    }

    fn resume(&mut self, answer: Answer<'_>, now_ms: f64) -> String {
        let step = self.admission.resume(answer, whole(now_ms));
        self.json(step)
    }
}

#[wasm_bindgen]
impl Admission {
    /// The first step, once.
    #[must_use]
    pub fn first(&mut self) -> String {
        std::mem::take(&mut self.first)
    }

    /// What was said to a question, as JSON.
    pub fn said(&mut self, json: &str, now_ms: f64) -> String {
        self.resume(Answer::Said(json), now_ms)
    }

    /// A question was not answered.
    pub fn failed(&mut self, now_ms: f64) -> String {
        self.resume(Answer::Failed, now_ms)
    }

    /// The request's body.
    pub fn body(&mut self, bytes: &[u8], now_ms: f64) -> String {
        self.resume(Answer::Body(bytes), now_ms)
    }

    /// There is no body: `large`, `slow`, or it broke off.
    pub fn lost(&mut self, why: &str, now_ms: f64) -> String {
        let lost = self.why_lost(why);
        self.resume(Answer::Lost(lost), now_ms)
    }

    /// After how many milliseconds to look at the clock again while a body comes, or -1 if it comes too
    /// slowly: see `Pace::look`.
    pub fn pace(&mut self, began_ms: f64, last_ms: f64, bytes: f64, now_ms: f64) -> f64 {
        let [began_ms, last_ms, bytes, now_ms] = [began_ms, last_ms, bytes, now_ms].map(whole);
        match self.admission.pace().look(began_ms, last_ms, bytes, now_ms) {
            Ok(again_ms) => again_ms.into(),
            Err(too_slow) => {
                self.too_slow = Some(too_slow);
                -1.0
            }
        }
    }

    /// The body of the request to the upstream, once, if it has one that was written here.
    #[wasm_bindgen(js_name = takeBody)]
    pub fn take_body(&mut self) -> Option<Vec<u8>> {
        self.body.take()
    }

    /// The inspector of the answer to a request that is sent now.
    #[must_use]
    pub fn inspect(&self, now_ms: f64) -> Option<Inspector> {
        let now_ms = whole(now_ms);
        let forwarded = self.admission.forwarded(now_ms)?;
        Some(response::Inspector::new(forwarded, now_ms).into())
    }

    /// Ends the request, since its upload is lost; then the inspector has a step.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&self, inspector: &mut Inspector, why: &str) -> u8 {
        inspector.give_up(admission::Admission::lost_upload(self.why_lost(why)))
    }

    /// The head of an answer whose body is the upstream's, as JSON.
    #[must_use]
    pub fn pass(&self, content_type: &str) -> String {
        json(&self.admission.pass(content_type))
    }

    /// Does the caller get a body?
    #[wasm_bindgen(getter, js_name = hasBody)]
    #[must_use]
    pub fn has_body(&self) -> bool {
        self.admission.has_body()
    }

    /// The response with the error of the inspector's last step, as JSON.
    pub fn refuse(&mut self, inspector: &Inspector, now_ms: f64) -> String {
        json(&self.admission.refuse(&inspector.error(), whole(now_ms)))
    }

    /// The same with the error that an inspector in another isolate has given as its `refusal`.
    #[wasm_bindgen(js_name = refuseAs)]
    pub fn refuse_as(&mut self, refusal: &str, now_ms: f64) -> String {
        let read = serde_json::from_str(refusal).ok();
        let error = read.as_ref().and_then(ProxyError::of_json);
        let error = error.unwrap_or_else(ProxyError::internal);
        json(&self.admission.refuse(&error, whole(now_ms)))
    }
}

fn json(value: &impl Serialize) -> String {
    // Strings and numbers always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
