//! How a client comes to its profile, and what a refused parameter looks like to its caller. The
//! rules themselves are tested where they stand, by `tests/fixtures/checks.json`.

use openai_wasm::client::{Client, Error, ErrorKind};
use openai_wasm::validation::Profile;
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::TranscriptionRequest;
use openai_wasm::wire::chat::{ChatCompletionMessageParam, ChatCompletionRequest};
use openai_wasm::wire::file::FileRequest;
use openai_wasm::wire::fine_tune::FineTuneRequest;
use openai_wasm::wire::image::{ImageEditRequest, ImageVariationRequest};

use crate::support::{Piece, Scripted, Step};

/// Asks with this temperature; tells whether the request went out, and the error if it did not.
fn ask(client: &Client<Scripted>, world: &Scripted, temperature: f64) -> Result<(), Error> {
    let messages = [ChatCompletionMessageParam::user("Say this is a test")];
    let mut request = ChatCompletionRequest::new("m", messages);
    request.temperature = Some(temperature);
    let before = world.requests().len();
    let done = world.run(client.chat().create(&request)).map(|_| ());
    let sent = world.requests().len() - before;
    assert_eq!(sent, usize::from(done.is_ok()), "{done:?}");
    done
}

fn world() -> Scripted {
    let head = vec![("content-type", "application/json")];
    let body = vec![Piece::Bytes(
        r#"{"id":"c","object":"chat.completion","choices":[]}"#,
    )];
    Scripted::new(vec![Step::Answer(200, head, body); 8])
}

fn keyless(world: &Scripted, profile: Option<Profile>) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone());
    let builder = builder.proxy_url("https://proxy.example/v1").unwrap();
    let builder = match profile {
        Some(profile) => builder.profile(profile),
        None => builder,
    };
    builder.build().unwrap()
}

#[test]
fn a_refused_parameter_is_an_option_error_that_names_it_and_nothing_is_sent() {
    let world = world();
    let client = keyless(&world, Some(Profile::OpenAi));
    let error = ask(&client, &world, 3.0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Option);
    assert_eq!(error.option_name(), Some("temperature"));
    let text = "temperature must be 0 to 2, not 3 (profile openai)";
    assert_eq!(error.to_string(), text);
    let request = ChatCompletionRequest::new("m", []);
    let error = world.run(client.chat().stream(&request)).err().unwrap();
    assert_eq!(error.option_name(), Some("messages"));
    assert!(world.requests().is_empty());
}

#[test]
fn a_keyless_client_has_no_profile_unless_it_is_chosen() {
    let world = world();
    for (profile, temperature, sent) in [
        (None, 3.0, true),
        (Some(Profile::None), 3.0, true),
        (Some(Profile::OpenAi), 2.0, true),
        (Some(Profile::OpenAi), 2.1, false),
        (Some(Profile::Fireworks), 2.0, false),
    ] {
        let client = keyless(&world, profile);
        let done = ask(&client, &world, temperature);
        assert_eq!(done.is_ok(), sent, "{profile:?} {temperature}");
    }
}

#[test]
fn files_of_forms_are_checked_by_their_bytes_and_names_before_anything_is_sent() {
    let world = world();
    let client = keyless(&world, Some(Profile::OpenAi));
    let text = || Upload::new("a.txt", "no image, no sound");
    let refused = |param: &str, done: Result<(), Error>| {
        let error = done.unwrap_err();
        assert_eq!(error.option_name(), Some(param), "{error}");
        assert!(!error.to_string().contains("no image"), "{error}");
    };
    let edit = ImageEditRequest::new(text(), "An otter");
    let done = world.run(client.images().edit(&edit).into_future());
    refused("image", done.map(|_| ()));
    let variation = ImageVariationRequest::new(text());
    let done = world.run(client.images().create_variation(&variation).into_future());
    refused("image", done.map(|_| ()));
    let speech = TranscriptionRequest::new(text(), "whisper-1");
    let done = world.run(
        client
            .audio()
            .transcriptions()
            .create(&speech)
            .into_future(),
    );
    refused("file", done.map(|_| ()));
    let file = FileRequest::new(text(), "fine-tune");
    let done = world.run(client.files().upload(&file).into_future());
    refused("file", done.map(|_| ()));
    let mut job = FineTuneRequest::new("file-1");
    job.suffix = Some("x".repeat(41));
    let done = world.run(client.fine_tunes().create(&job).into_future());
    refused("suffix", done.map(|_| ()));
    assert!(world.requests().is_empty());
}

#[cfg(feature = "direct")]
#[test]
fn a_client_with_a_key_has_the_profile_of_its_host_unless_another_is_chosen() {
    use openai_wasm::client::auth::ApiKey;

    for (url, expected) in [
        (None, Some(Profile::OpenAi)),
        (Some("https://API.OpenAI.com./v1"), Some(Profile::OpenAi)),
        (Some("https://eu.api.openai.com/v1"), Some(Profile::OpenAi)),
        (
            Some("https://api.fireworks.ai/inference/v1"),
            Some(Profile::Fireworks),
        ),
        (Some("https://api.openai.com.example.com/v1"), None),
        (Some("https://notapi.openai.com/v1"), None),
        (Some("http://localhost:11434/v1"), None),
    ] {
        let world = world();
        let build = |profile: Option<Profile>| {
            let mut builder = Client::with_transport(world.clone());
            if let Some(url) = url {
                builder = builder.base_url(url).unwrap();
            }
            if let Some(profile) = profile {
                builder = builder.profile(profile);
            }
            builder.api_key(ApiKey::fixed("sk-test")).build().unwrap()
        };
        let found = if ask(&build(None), &world, 2.1).is_ok() {
            None
        } else if ask(&build(None), &world, 2.0).is_ok() {
            Some(Profile::OpenAi)
        } else {
            Some(Profile::Fireworks)
        };
        assert_eq!(found, expected, "{url:?}");
        ask(&build(Some(Profile::None)), &world, 3.0).unwrap();
        ask(&build(Some(Profile::Fireworks)), &world, 2.0).unwrap_err();
    }
}
