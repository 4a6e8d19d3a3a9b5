//! The endpoints of the Rust client and those of the JavaScript client, from the table that JavaScript reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::client_endpoints;
use crate::client_responses;

/// An endpoint by its verb and the parts of its path; `{id}` is any part.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Endpoint {
    verb: String,
    parts: Vec<String>,
}

impl Endpoint {
    fn new(verb: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap();
        Self {
            verb: verb.to_owned(),
            parts: path
                .trim_start_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether this request is to the endpoint of the table.
    fn is_to(&self, listed: &Self) -> bool {
        let fits = |(part, listed): (&String, &String)| part == listed || listed.starts_with('{');
        self.verb == listed.verb
            && self.parts.len() == listed.parts.len()
            && self.parts.iter().zip(&listed.parts).all(fits)
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// `lib/endpoints.js`, and what pages load before it.
fn listed() -> BTreeSet<Endpoint> {
    let table = read("pkg-template/lib/endpoints.js");
    let lines = table.split("const LINES = `").nth(1).unwrap();
    let lines = lines.split('`').next().unwrap().trim().lines();
    let mut all: BTreeSet<_> = lines
        .map(|line| {
            let mut words = line.split(' ').skip(1);
            Endpoint::new(words.next().unwrap(), words.next().unwrap())
        })
        .collect();
    for file in ["resources.js", "responses.js", "page-client.js"] {
        let code = read(&format!("pkg-template/lib/{file}"));
        for (verb, start) in [
            ("POST", "post(\""),
            ("POST", "request(\"POST\", \""),
            ("GET", "this.get(\""),
        ] {
            let paths = code.split(start).skip(1);
            all.extend(paths.map(|path| Endpoint::new(verb, path.split('"').next().unwrap())));
        }
        // `/responses/${segment(id, …)}`, and then the verb.
        for rest in code.split("=> `/").skip(1) {
            let (path, rest) = rest.split_once('`').unwrap();
            let path = path.split('$').collect::<Vec<_>>().join("");
            if let Some((_, verb)) = rest.split_once("request(\"") {
                all.insert(Endpoint::new(verb.split('"').next().unwrap(), &path));
            }
        }
    }
    all
}

/// Each method that gives a `Call`, by its file in `src/client`; those for any path are not of an endpoint.
fn methods() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client");
    let mut methods = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file == "any.rs" || file == "call.rs" {
            continue;
        }
        let code = read(&format!("src/client/{file}"));
        for declared in code.split("pub fn ").skip(1) {
            let head = declared.split(['{', ';']).next().unwrap();
            if head.contains("-> Call<T,") {
                let name = head.split(['(', '<']).next().unwrap();
                methods.push((file.clone(), name.to_owned()));
            }
        }
    }
    methods
}

#[test]
fn every_method_sends_to_an_endpoint_of_the_table_of_javascript() {
    let listed = listed();
    assert!(listed.len() > 80, "the table is read");
    let known = |line: &str| {
        let (verb, path) = line.split_once(" /v1/").unwrap();
        let asked = Endpoint::new(verb, path);
        listed.iter().any(|endpoint| asked.is_to(endpoint))
    };
    let sent = [client_endpoints::lines(), client_responses::lines_of_rows()].concat();
    assert!(sent.len() > 40);
    let unknown: Vec<_> = sent.into_iter().filter(|line| !known(line)).collect();
    assert_eq!(unknown, [""; 0]);
    for wrong in [
        "GET /v1/embeddings",
        "POST /v1/models",
        "GET /v1/files/a/b",
        "GET /v1/x",
    ] {
        assert!(!known(wrong), "{wrong}");
    }
}

/// What is not in the rows goes by a path that is: a stream of a kept response, and the proxy's own streams.
#[test]
fn every_method_is_called_by_a_test_of_what_is_sent() {
    let methods = methods();
    assert!(methods.len() > 40, "{methods:?}");
    let tests = [
        "tests/native/client_endpoints.rs",
        "tests/native/client_responses.rs",
        "tests/native/client_streams.rs",
        "tests/reqwest/tests/native_client.rs",
        "tests/reqwest/tests/resumed.rs",
        "examples/responses/responses.rs",
    ];
    let tests = tests.map(read).concat();
    let tests: String = tests.split_whitespace().collect();
    let is_called = |name: &str| tests.contains(&format!(".{name}("));
    assert!(!is_called("anything"));
    let forgotten: Vec<_> = methods
        .into_iter()
        .filter(|(_, name)| !is_called(name))
        .collect();
    assert_eq!(forgotten, []);
}
