//! Files: kept, listed, read and deleted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::json;
use support::forms::{EXAMPLES, delete, field, form, refused, upload};
use support::{get, server};

#[tokio::test]
async fn files_are_kept_until_they_are_deleted() {
    let server = server().await;
    let file = upload(&server, "fine-tune", EXAMPLES).await.json();
    let id = file["id"].as_str().unwrap();
    assert_eq!(
        (&file["bytes"], &file["filename"]),
        (&json!(EXAMPLES.len()), &json!("mydata.jsonl"))
    );
    assert_eq!(
        get(&server, "/v1/files").await.json()["data"],
        json!([file])
    );
    assert_eq!(get(&server, &format!("/v1/files/{id}")).await.json(), file);
    assert_eq!(
        get(&server, &format!("/v1/files/{id}/content")).await.body,
        EXAMPLES
    );
    let deleted = delete(&server, &format!("/v1/files/{id}")).await.json();
    assert_eq!(
        deleted,
        json!({"id": id, "object": "file", "deleted": true})
    );
    for path in [format!("/v1/files/{id}"), format!("/v1/files/{id}/content")] {
        assert_eq!(get(&server, &path).await.status, 404);
    }
    for wrong in [&b"no json"[..], b"", b"{\"prompt\": 1}", b"\xFF"] {
        refused(&upload(&server, "fine-tune", wrong).await, "file");
    }
    assert_eq!(upload(&server, "search", b"anything").await.status, 200);
    refused(
        &form(&server, "/v1/files", &[field("purpose", "search")]).await,
        "file",
    );
    let parts = [("file", Some("a"), vec![1])];
    refused(&form(&server, "/v1/files", &parts).await, "purpose");
}
