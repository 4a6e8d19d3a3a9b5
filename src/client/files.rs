//! `/files`

use serde_json::Value;

use super::path::Path;
use super::{ByteStream, Call, Client, read};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::file::{FileDeleted, FileList, FileListQuery, FileObject, FileRequest};

/// Files that other endpoints refer to: [`Client::files`].
#[derive(Debug)]
pub struct Files<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Files that other endpoints refer to.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    /// use openai_wasm::wire::Upload;
    /// use openai_wasm::wire::file::{FileListQuery, FileRequest};
    ///
    /// let upload = Upload::new("mydata.jsonl", r#"{"prompt":"2+2=","completion":"4"}"#);
    /// let file = client.files().upload(&FileRequest::new(upload, "fine-tune")).await?;
    ///
    /// let mut content = client.files().content(&file.id).await?;
    /// while let Some(bytes) = content.try_next().await? {
    ///     println!("{} bytes", bytes.len());
    /// }
    ///
    /// // Every file, page after page.
    /// let mut files = client.files().list(&FileListQuery::default()).items();
    /// while let Some(file) = files.try_next().await? {
    ///     println!("{}", file.filename);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn files(&self) -> Files<T> {
        Files(self.clone())
    }
}

impl<T: Transport> Files<T> {
    /// Lists a page of them; [`Call::items`] goes on to the next.
    pub fn list(&self, query: &FileListQuery) -> Call<T, FileList> {
        let mut call = self.0.ask(Method::Get, PATH);
        if let Ok(Value::Object(query)) = serde_json::to_value(query) {
            for (name, value) in query {
                call = match value {
                    Value::Null => call,
                    Value::String(text) => call.query(&name, Some(text)),
                    other => call.query(&name, Some(other.to_string())),
                };
            }
        }
        call
    }

    /// Uploads one.
    pub fn upload(&self, request: &FileRequest) -> Call<T, FileObject> {
        self.0.ask(Method::Post, PATH).form(request)
    }

    /// Describes one.
    pub fn retrieve(&self, file_id: &str) -> Call<T, FileObject> {
        self.0.ask(Method::Get, at(file_id))
    }

    /// Deletes one.
    pub fn delete(&self, file_id: &str) -> Call<T, FileDeleted> {
        self.0.ask(Method::Delete, at(file_id))
    }

    /// Gives its content as it comes.
    pub fn content(&self, file_id: &str) -> Call<T, ByteStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let path = at(file_id).then("/content");
        Call::new(&self.0, Method::Get, path, read::bytes()).accept("application/binary")
    }
}

const PATH: &str = "/files";

fn at(file_id: &str) -> Path {
    Path::new(PATH).id("file_id", file_id)
}
