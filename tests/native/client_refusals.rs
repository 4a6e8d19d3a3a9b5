//! What a method refuses, or encodes, before anything is sent: ids, paths and files.

use openai_wasm::client::ErrorKind;
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::{TranscriptionRequest, TranslationRequest};
use openai_wasm::wire::file::FileRequest;
use openai_wasm::wire::image::{ImageEditRequest, ImageVariationRequest};
use serde_json::json;

use crate::client_endpoints::{answer, client};
use crate::support::Scripted;

#[test]
fn an_id_stays_in_its_segment_or_is_refused_by_name() {
    for (id, segment) in [
        ("a/b", "a%2Fb"),
        ("a/../b", "a%2F..%2Fb"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("ada:ft-ä", "ada%3Aft-%C3%A4"),
        (" ", "%20"),
    ] {
        let world = Scripted::new([answer(&json!({})), answer(&json!({}))]);
        let client = client(&world);
        world.run(client.models().delete(id)).unwrap();
        world.run(client.fine_tunes().cancel(id)).unwrap();
        let urls: Vec<_> = world.requests().into_iter().map(|sent| sent.url).collect();
        let expected = [
            format!("/v1/models/{segment}"),
            format!("/v1/fine-tunes/{segment}/cancel"),
        ];
        assert_eq!(urls, expected, "{id:?}");
    }
    for id in ["", ".", ".."] {
        let world = Scripted::new([]);
        let client = client(&world);
        let (files, jobs) = (client.files(), client.fine_tunes());
        for (field, error) in [
            ("model", world.run(client.models().retrieve(id)).err()),
            ("model", world.run(client.models().delete(id)).err()),
            ("engine", world.run(client.engines().retrieve(id)).err()),
            ("file_id", world.run(files.retrieve(id)).err()),
            ("file_id", world.run(files.delete(id)).err()),
            ("file_id", world.run(files.content(id)).err()),
            ("fine_tune_id", world.run(jobs.retrieve(id)).err()),
            ("fine_tune_id", world.run(jobs.cancel(id)).err()),
            ("fine_tune_id", world.run(jobs.list_events(id)).err()),
            ("fine_tune_id", world.run(jobs.stream_events(id)).err()),
        ] {
            let error = error.unwrap_or_else(|| panic!("{field} {id:?} was accepted"));
            assert_eq!(
                (error.kind(), error.option_name()),
                (ErrorKind::Option, Some(field))
            );
        }
    }
}

#[test]
fn a_path_of_the_callers_that_would_be_another_is_refused() {
    for path in [
        "",
        "x",
        "//host/x",
        "/x/../y",
        "/%2e%2E/y",
        "/x#y",
        "/x y",
        "/ä",
        "\\x",
        "https://host/x",
    ] {
        let world = Scripted::new([]);
        let error = world.run(client(&world).get(path)).unwrap_err();
        assert_eq!(
            (error.kind(), error.option_name()),
            (ErrorKind::Option, Some("path")),
            "{path:?}"
        );
    }
}

#[test]
fn a_file_that_is_none_is_refused_by_the_name_of_its_field() {
    let world = Scripted::new([]);
    let client = client(&world);
    let nameless = || Upload::new("", "content");
    let mut edit = ImageEditRequest::new(Upload::new("a.png", "x"), "p");
    edit.mask = Some(nameless());
    let no_image = ImageEditRequest {
        image: Vec::new(),
        ..edit.clone()
    };
    let (images, audio) = (client.images(), client.audio());
    for (field, error) in [
        (
            "file",
            world
                .run(
                    client
                        .files()
                        .upload(&FileRequest::new(nameless(), "batch")),
                )
                .err(),
        ),
        (
            "file",
            world
                .run(
                    audio
                        .transcriptions()
                        .create(&TranscriptionRequest::new(nameless(), "m")),
                )
                .err(),
        ),
        (
            "file",
            world
                .run(
                    audio
                        .translations()
                        .create(&TranslationRequest::new(nameless(), "m")),
                )
                .err(),
        ),
        (
            "image",
            world
                .run(images.create_variation(&ImageVariationRequest::new(nameless())))
                .err(),
        ),
        ("image", world.run(images.edit(&no_image)).err()),
        ("mask", world.run(images.edit(&edit)).err()),
    ] {
        let error = error.unwrap_or_else(|| panic!("{field} was accepted"));
        assert_eq!(
            (error.kind(), error.option_name()),
            (ErrorKind::Option, Some(field))
        );
        assert!(!error.to_string().contains("content"), "{error}");
    }
}
