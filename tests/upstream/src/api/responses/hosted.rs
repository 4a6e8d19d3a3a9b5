//! Tools of the server's own: fixed results, by the events that the API has for them.

use serde_json::{Value, json};

use super::script::Writer;

/// A tool of the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosted {
    /// A search of the web.
    Web,
    /// A search of files.
    File,
    /// Code.
    Code,
    /// An image.
    Image,
    /// The tool of an MCP server.
    Mcp,
}

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

impl Hosted {
    /// By the `type` of a request's tool.
    pub fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "web_search" => Self::Web,
            "file_search" => Self::File,
            "code_interpreter" => Self::Code,
            "image_generation" => Self::Image,
            "mcp" => Self::Mcp,
            _ => return None,
        })
    }

    /// What the text then refers to.
    pub fn citation(self) -> Option<Value> {
        (self == Self::Web).then(|| {
            json!({
                "type": "url_citation", "url": "https://example.com/", "title": "Example",
                "start_index": 0, "end_index": 1,
            })
        })
    }

    /// Adds its events.
    pub fn write(self, writer: &mut Writer<'_>) {
        match self {
            Self::Web => search(
                writer,
                "web_search_call",
                "ws_",
                &json!({
                    "action": {"type": "search", "query": "example"},
                }),
            ),
            Self::File => search(
                writer,
                "file_search_call",
                "fs_",
                &json!({
                    "queries": ["example"], "results": null,
                }),
            ),
            Self::Code => code(writer),
            Self::Image => image(writer),
            Self::Mcp => mcp(writer),
        }
    }
}

fn item(kind: &str, id: &str, status: &str, more: &Value) -> Value {
    let mut item = json!({"type": kind, "id": id, "status": status});
    if let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) {
        item.extend(more.clone());
    }
    item
}

fn note(writer: &mut Writer<'_>, kind: &str, at: &Value, stages: &[&str]) {
    for stage in stages {
        writer.event(&format!("response.{kind}.{stage}"), at.clone());
    }
}

fn search(writer: &mut Writer<'_>, kind: &str, prefix: &str, more: &Value) {
    let id = writer.state.id(prefix);
    let at = writer.begin(item(kind, &id, "in_progress", more));
    note(
        writer,
        kind,
        &at,
        &["in_progress", "searching", "completed"],
    );
    writer.end(item(kind, &id, "completed", more));
}

fn code(writer: &mut Writer<'_>) {
    let (kind, code) = ("code_interpreter_call", "print(1 + 1)");
    let id = writer.state.id("ci_");
    let more = |code: &str| json!({"container_id": "cntr_1", "code": code, "outputs": null});
    let at = writer.begin(item(kind, &id, "in_progress", &more("")));
    note(writer, kind, &at, &["in_progress"]);
    for piece in writer.pieces(code) {
        let delta = "response.code_interpreter_call_code.delta";
        writer.delta(delta, &at, &piece, json!({}));
    }
    let mut done = at.clone();
    done["code"] = json!(code);
    writer.event("response.code_interpreter_call_code.done", done);
    note(writer, kind, &at, &["interpreting", "completed"]);
    writer.end(item(kind, &id, "completed", &more(code)));
}

fn image(writer: &mut Writer<'_>) {
    let kind = "image_generation_call";
    let id = writer.state.id("ig_");
    let at = writer.begin(item(kind, &id, "in_progress", &json!({"result": null})));
    note(writer, kind, &at, &["in_progress", "generating"]);
    let mut partial = at.clone();
    partial["partial_image_index"] = json!(0);
    partial["partial_image_b64"] = json!(PIXEL);
    writer.event("response.image_generation_call.partial_image", partial);
    note(writer, kind, &at, &["completed"]);
    writer.end(item(kind, &id, "completed", &json!({"result": PIXEL})));
}

fn mcp(writer: &mut Writer<'_>) {
    let id = writer.state.id("mcpl_");
    let tools = |tools: Value| json!({"type": "mcp_list_tools", "id": id, "server_label": "stand-in", "tools": tools});
    let at = writer.begin(tools(json!([])));
    note(writer, "mcp_list_tools", &at, &["in_progress", "completed"]);
    let roll = json!([{"name": "roll", "input_schema": {"type": "object"}}]);
    writer.end(tools(roll));
    let call = writer.state.id("mcp_");
    let more = |arguments: &str, output: Value| json!({"server_label": "stand-in", "name": "roll", "arguments": arguments, "output": output});
    let arguments = "{\"sides\":6}";
    let at = writer.begin(item(
        "mcp_call",
        &call,
        "in_progress",
        &more("", Value::Null),
    ));
    note(writer, "mcp_call", &at, &["in_progress"]);
    for piece in writer.pieces(arguments) {
        writer.delta("response.mcp_call_arguments.delta", &at, &piece, json!({}));
    }
    let mut done = at.clone();
    done["arguments"] = json!(arguments);
    writer.event("response.mcp_call_arguments.done", done);
    note(writer, "mcp_call", &at, &["completed"]);
    let done = more(arguments, json!("4"));
    writer.end(item("mcp_call", &call, "completed", &done));
}
