//! Images: generations, edits, variations. Real PNGs, painted from the prompt.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    form::{Form, Upload},
    picture::Picture,
};
use crate::{error::ApiError, lm::sampler::hash, params::Params, record::now_ms, server::AppState};

const SIZES: [&str; 3] = ["256x256", "512x512", "1024x1024"];
const FORMATS: [&str; 2] = ["url", "b64_json"];
const MOST_PROMPT_CHARACTERS: usize = 1000;
const MOST_FILE_BYTES: usize = 4 << 20;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/images/generations", post(generate))
        .route("/v1/images/edits", post(edit))
        .route("/v1/images/variations", post(vary))
        .route("/images/{name}", get(show))
}

/// What the three have in common.
struct Wish {
    n: usize,
    side: u32,
    base64: bool,
}

fn wish(params: &Params) -> Result<Wish, ApiError> {
    let n = params.integer("n", 1..=10)?.unwrap_or(1) as usize;
    let size = params.one_of("size", &SIZES)?.unwrap_or("1024x1024");
    let side = size
        .split('x')
        .next()
        .and_then(|side| side.parse().ok())
        .unwrap_or(1024);
    let base64 = params.one_of("response_format", &FORMATS)? == Some("b64_json");
    params.string("user")?;
    Ok(Wish { n, side, base64 })
}

fn prompt(params: &Params) -> Result<&str, ApiError> {
    let prompt = params.required_string("prompt")?;
    let length = prompt.chars().count();
    if length == 0 || length > MOST_PROMPT_CHARACTERS {
        return Err(ApiError::invalid(
            "prompt",
            format!(
                "'prompt' must have 1 to {MOST_PROMPT_CHARACTERS} characters, but has {length}."
            ),
        ));
    }
    Ok(prompt)
}

/// Paints `wish.n` pictures and hands them out as asked. Painting is work for a
/// thread of its own: streams must not wait for it.
async fn deliver(
    state: &AppState,
    wish: Wish,
    paint: impl Fn(u64) -> Picture + Send + 'static,
) -> Json<Value> {
    let painted = tokio::task::spawn_blocking(move || {
        (0..wish.n as u64)
            .map(|index| paint(index).png())
            .collect::<Vec<_>>()
    });
    let mut data = Vec::new();
    for png in painted.await.unwrap_or_default() {
        data.push(if wish.base64 {
            json!({"b64_json": STANDARD.encode(&png)})
        } else {
            let name = format!("{}.png", state.id("img-"));
            let url = format!("{}/images/{name}", state.url);
            state
                .store
                .change(|objects| objects.images.insert(name, png.into()));
            json!({"url": url})
        });
    }
    Json(json!({"created": now_ms() / 1000, "data": data}))
}

async fn generate(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let seed = hash(prompt(&params)?.as_bytes());
    let wish = wish(&params)?;
    let side = wish.side;
    Ok(deliver(&state, wish, move |index| {
        Picture::paint(side, seed ^ index)
    })
    .await)
}

async fn edit(State(state): State<AppState>, request: Request) -> Result<Json<Value>, ApiError> {
    let form = Form::read(request).await?;
    let image = square("image", form.required_file("image")?)?;
    let mask = match form.file("mask") {
        Some(upload) => {
            let mask = square("mask", upload)?;
            if mask.side() != image.side() {
                return Err(ApiError::invalid(
                    "mask",
                    "The mask must have the size of the image.",
                ));
            }
            mask
        }
        None if !image.has_transparency() => {
            let what = "Without a mask, the image must have transparency.";
            return Err(ApiError::invalid("image", what));
        }
        None => image.clone(),
    };
    let seed = hash(prompt(&form.params)?.as_bytes());
    let wish = wish(&form.params)?;
    let side = wish.side;
    Ok(deliver(&state, wish, move |index| {
        Picture::paint(side, seed ^ index).keep_behind(&image, &mask)
    })
    .await)
}

async fn vary(State(state): State<AppState>, request: Request) -> Result<Json<Value>, ApiError> {
    let form = Form::read(request).await?;
    let image = square("image", form.required_file("image")?)?;
    let wish = wish(&form.params)?;
    let side = wish.side;
    Ok(deliver(&state, wish, move |index| image.varied(side, index)).await)
}

/// An uploaded image by the rules: PNG, less than 4 MB, square.
fn square(name: &str, upload: &Upload) -> Result<Picture, ApiError> {
    if upload.bytes.len() >= MOST_FILE_BYTES {
        return Err(ApiError::invalid(
            name,
            "Uploaded image must be a PNG and less than 4 MB.",
        ));
    }
    match Picture::read(&upload.bytes) {
        Some(picture) => Ok(picture),
        None => Err(ApiError::invalid(
            name,
            "Uploaded image must be a valid, square PNG.",
        )),
    }
}

async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let png = state.store.read().images.get(&name).cloned();
    let png = png.ok_or_else(|| ApiError::not_found("", format!("No image {name}")))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
