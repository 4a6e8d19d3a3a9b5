//! Requests that go out as forms: the names and texts that OpenAI's own client sends.

use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::{
    AudioResponseFormat, ChunkingStrategy, TimestampGranularity, TranscriptionRequest, VadConfig,
};
use openai_wasm::wire::file::{FileExpiresAfter, FileRequest};
use openai_wasm::wire::form::{Form, FormField};
use openai_wasm::wire::image::{ImageEditRequest, ImageSize, ImageVariationRequest};

/// Each field as `name=text`, or `name=@filename`.
fn fields(request: &impl Form) -> Vec<String> {
    let fields = request.fields().unwrap();
    fields
        .into_iter()
        .map(|field| match field {
            FormField::Text { name, value } => format!("{name}={value}"),
            FormField::File { name, file } => format!("{name}=@{}", file.filename),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn png() -> Upload {
    Upload::new("otter.png", *b"\x89PNG")
}

#[test]
fn the_documents_own_forms_come_out_as_they_stand_there() {
    let mut edit = ImageEditRequest::new(png(), "A cute baby sea otter wearing a beret");
    edit.mask = Some(Upload::new("mask.png", *b"\x89PNG"));
    edit.n = Some(2);
    edit.size = Some(ImageSize::Square1024);
    assert_eq!(
        fields(&edit),
        [
            "image=@otter.png",
            "mask=@mask.png",
            "n=2",
            "prompt=A cute baby sea otter wearing a beret",
            "size=1024x1024"
        ],
    );
    let mut variation = ImageVariationRequest::new(png());
    variation.n = Some(2);
    assert_eq!(fields(&variation), ["image=@otter.png", "n=2"]);
    let file = FileRequest::new(Upload::new("mydata.jsonl", "{}"), "fine-tune");
    assert_eq!(fields(&file), ["file=@mydata.jsonl", "purpose=fine-tune"]);
}

#[test]
fn lists_and_objects_are_spelled_with_brackets_and_numbers_as_in_javascript() {
    let mut request = TranscriptionRequest::new(Upload::new("a.mp3", "x"), "whisper-1");
    request.temperature = Some(1.0);
    request.response_format = Some(AudioResponseFormat::VerboseJson);
    request.timestamp_granularities = Some(vec![
        TimestampGranularity::Word,
        TimestampGranularity::Segment,
    ]);
    request.chunking_strategy = Some(ChunkingStrategy::ServerVad(VadConfig {
        threshold: Some(0.25),
        ..Default::default()
    }));
    request.stream = Some(false);
    request
        .extra
        .insert("absent".to_owned(), serde_json::Value::Null);
    assert_eq!(
        fields(&request),
        [
            "file=@a.mp3",
            "chunking_strategy[threshold]=0.25",
            "chunking_strategy[type]=server_vad",
            "model=whisper-1",
            "response_format=verbose_json",
            "stream=false",
            "temperature=1",
            "timestamp_granularities[]=word",
            "timestamp_granularities[]=segment",
        ],
    );
    let mut file = FileRequest::new(Upload::new("a", "x"), "user_data");
    file.expires_after = Some(FileExpiresAfter {
        seconds: 3600,
        ..Default::default()
    });
    assert!(fields(&file).contains(&"expires_after[anchor]=created_at".to_owned()));
    assert!(fields(&file).contains(&"expires_after[seconds]=3600".to_owned()));
}

#[test]
fn several_images_go_out_as_a_list() {
    let mut edit = ImageEditRequest::new(png(), "p");
    edit.image.push(png());
    assert_eq!(
        fields(&edit),
        ["image[]=@otter.png", "image[]=@otter.png", "prompt=p"]
    );
}

#[test]
fn a_files_content_is_not_in_its_debug_text() {
    let text = format!(
        "{:?}",
        FileRequest::new(Upload::new("a", "content"), "batch")
    );
    assert!(
        !text.contains("content\"") && !text.contains("99, 111"),
        "{text}"
    );
    assert!(text.contains('7'), "{text}");
}
