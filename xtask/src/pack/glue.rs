//! wasm-bindgen's glue as a factory. Its own form keeps one instance in module scope for ever; ours
//! makes a fresh one a call, since an instance that trapped must be thrown away.

use anyhow::{Context, Result, bail};

/// Changes when the text below does, so that no older glue is reused.
pub const FORM: &str = include_str!("glue.rs");

const HEAD: &str = "\
// Written by wasm-bindgen, made a factory by `cargo xtask pack`: each call prepares one instance.
export function prepare() {
    const exports = { __proto__: null };
";

const FOOT: &str = r"    let wasm;
    return {
        imports: __wbg_get_imports(),
        start(rawExports) {
            wasm = rawExports;
            wasm.__wbindgen_start();
            return exports;
        },
    };
}
";

/// Rewrites what `wasm-bindgen --target no-modules` writes. It cuts at exact marks and fails when
/// one is missing, so that another version's output is never rewritten wrongly.
pub fn factory(text: &str) -> Result<String> {
    let body = after(text, "let wasm_bindgen = (function(exports) {\n")?;
    let body = after(body, "    let script_src;\n")?;
    let script = between(body, "    if (typeof document !== 'undefined'", "\n    }\n")?;
    let (bindings, loader) = body[script..]
        .split_once("    let wasmModule, wasmInstance, wasm;\n")
        .context("its loader does not start with the known line")?;
    for mark in [
        "    async function __wbg_load(",
        "    function initSync(",
        "})({ __proto__: null });",
    ] {
        if !loader.contains(mark) {
            bail!("its loader has no `{mark}`");
        }
    }
    for gone in ["script_src", "wasmModule", "wasmInstance", "import.meta"] {
        if bindings.contains(gone) {
            bail!("its bindings name `{gone}`");
        }
    }
    if !bindings.contains("wasm.__wbindgen_") && !bindings.contains("__wbg_get_imports") {
        bail!("its bindings make no imports");
    }
    // Nobody writes `using` on a decoder, and a page would load a line for each class.
    let bindings: String = bindings
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("    if (Symbol.dispose) "))
        .collect();
    Ok(format!("{HEAD}{bindings}{FOOT}"))
}

/// The text after a mark at its start.
fn after<'a>(text: &'a str, mark: &str) -> Result<&'a str> {
    text.strip_prefix(mark)
        .with_context(|| format!("it does not go on with `{}`", mark.trim()))
}

/// The length of the text up to the end of a block that starts it.
fn between(text: &str, start: &str, end: &str) -> Result<usize> {
    if !text.starts_with(start) {
        bail!("it does not go on with `{}`", start.trim());
    }
    let at = text
        .find(end)
        .with_context(|| format!("`{}` has no end", start.trim()))?;
    Ok(at + end.len())
}

#[cfg(test)]
mod tests {
    use super::factory;

    const GLUE: &str = "\
let wasm_bindgen = (function(exports) {
    let script_src;
    if (typeof document !== 'undefined' && document.currentScript !== null) {
        script_src = new URL(document.currentScript.src, location.href).toString();
    }

    function answer() {
        return wasm.answer();
    }
    exports.answer = answer;
    if (Symbol.dispose) Answer.prototype[Symbol.dispose] = Answer.prototype.free;
    function __wbg_get_imports() {
        return { __proto__: null };
    }

    let wasmModule, wasmInstance, wasm;
    async function __wbg_load(module, imports) {}
    function initSync(module) {}
    return Object.assign(__wbg_init, { initSync }, exports);
})({ __proto__: null });
";

    #[test]
    fn glue_becomes_one_exported_factory_without_a_loader() {
        let text = factory(GLUE).unwrap();
        assert!(text.contains("export function prepare() {"));
        assert!(text.contains("    exports.answer = answer;\n"));
        assert!(text.ends_with("        },\n    };\n}\n"));
        for gone in [
            "document",
            "initSync",
            "__wbg_load",
            "wasmInstance",
            "Symbol.dispose",
        ] {
            assert!(!text.contains(gone), "{gone} stayed");
        }
    }

    #[test]
    fn glue_of_another_form_is_refused() {
        let marks = [
            "let wasm_bindgen = (function(exports) {\n",
            "    let script_src;\n",
            "    let wasmModule, wasmInstance, wasm;\n",
            "    function initSync(",
            "})({ __proto__: null });",
        ];
        for mark in marks {
            assert!(
                factory(&GLUE.replace(mark, "")).is_err(),
                "accepted without {mark}"
            );
        }
        let late = GLUE.replace("return wasm.answer()", "return wasmInstance");
        assert!(factory(&late).is_err());
    }
}
