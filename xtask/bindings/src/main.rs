//! `bindings TARGET NAME OUT_DIR WASM`: writes NAME.js and `NAME_bg.wasm` into `OUT_DIR`.
//!
//! It does what wasm-bindgen's command-line program does, by the same library, and builds in a third
//! of its time.

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, name, out_dir, wasm] = arguments.as_slice() else {
        bail!("usage: bindings no-modules|web|nodejs NAME OUT_DIR WASM");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name(name)
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    match target.as_str() {
        "no-modules" => bindgen.no_modules(true)?,
        "web" => bindgen.web(true)?,
        "nodejs" => bindgen.nodejs(true)?,
        other => bail!("{other} is not a target: no-modules, web or nodejs"),
    };
    bindgen
        .generate(out_dir)
        .with_context(|| format!("the bindings of {wasm} cannot be written"))
}
