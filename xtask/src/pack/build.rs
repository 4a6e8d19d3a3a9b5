//! One wasm build: cargo, wasm-bindgen, the factory form of its glue, wasm-opt.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command;
use crate::pack::{glue, write};
use crate::say;
use crate::setup::bindgen::Bindings;
use crate::setup::npm::Node;
use crate::setup::wasm_target::{TARGET, Wasm};
use crate::workspace::Workspace;

/// The features that rustc's wasm target uses; wasm-opt may use no others.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The features of the three builds.
pub const CLIENT: &str = "__npm-client";
pub const EDGE: &str = "__npm-edge";
pub const TOKENS: &str = "__npm-tokens";

/// What a build is optimized for.
struct Aim {
    level: &'static str,
    /// What wasm-opt is asked for.
    optimize: &'static [&'static str],
}

/// Size. Measured on the client: 21.1 KB gzipped at 3, 18.5 at "s", 18.0 at "z". The decoder's share of an
/// event's time is too small for the level to show beside JavaScript's. Flattening first makes the client
/// 1.5 % smaller. `--low-memory-unused` would save another 1 %, but needs a promise about addresses that
/// nobody checks.
const SMALL: Aim = Aim {
    level: "\"z\"",
    optimize: &[
        "--flatten",
        "--rereloop",
        "-Oz",
        "--gufa",
        "-Oz",
        "--converge",
        "--reorder-functions",
        "--strip-target-features",
    ],
};

/// As [`SMALL`], but its functions stay in their order: to sort them by use saves bytes of their numbers, and
/// costs an edge build 4 KB gzipped, since what resembles one another stands apart then.
const SMALL_IN_ORDER: Aim = Aim {
    level: SMALL.level,
    optimize: &[
        "--flatten",
        "--rereloop",
        "-Oz",
        "--gufa",
        "-Oz",
        "--converge",
        "--strip-target-features",
    ],
};

/// Speed. What is called from one place stays a function, so that the engine can replace it by a faster one
/// while it runs.
const FAST: Aim = Aim {
    level: "2",
    optimize: &[
        "--one-caller-inline-max-function-size=20",
        "-O2",
        "--strip-target-features",
    ],
};

/// A wasm file and the module that instantiates it.
pub struct Built {
    pub wasm: PathBuf,
    pub glue: PathBuf,
}

/// Which client stands outside edge/.
pub enum Client {
    /// The proxy's URL is an option of the constructor.
    Open,
    /// The proxy's URL is baked in and cannot be changed.
    ProxyOnly(String),
    /// It can hold a key: the control that the scan must refuse.
    Leaky,
}

pub struct Builder<'a> {
    pub workspace: &'a Workspace,
    pub wasm: &'a Wasm,
    pub bindings: &'a Bindings,
    /// With the optimizer; without it the build is the demo's, made in a fraction of the time.
    pub optimizer: Option<&'a Node>,
    /// Variables with made-up keys that every build runs under: none may reach the client.
    pub canaries: &'a [(String, String)],
}

impl Builder<'_> {
    /// The client: no feature that can hold a key.
    pub fn client(&self, client: &Client) -> Result<Built> {
        let (features, url) = match client {
            Client::Open => (CLIENT, None),
            Client::ProxyOnly(url) => ("__npm-client,proxy-only", Some(url.as_str())),
            Client::Leaky => ("js,direct", None),
        };
        say::step("building", format!("the client ({features})"));
        self.build("client", features, url, &SMALL)
    }

    /// The tokenizer.
    pub fn tokens(&self) -> Result<Built> {
        say::step("building", "the tokenizer (__npm-tokens)");
        self.build("tokens", TOKENS, None, &FAST)
    }

    /// The key-holding client and the proxy.
    pub fn edge(&self) -> Result<Built> {
        say::step("building", "the edge client and the proxy (__npm-edge)");
        self.build("edge", EDGE, None, &SMALL_IN_ORDER)
    }

    fn build(
        &self,
        name: &str,
        features: &str,
        proxy_url: Option<&str>,
        aim: &Aim,
    ) -> Result<Built> {
        let bytes = self.compile(features, proxy_url, aim)?;
        // What follows depends on the bytes alone, and wasm-opt takes its time.
        let mut hasher = DefaultHasher::new();
        (
            &bytes,
            name,
            self.bindings.version(),
            self.optimizer.is_some(),
            WASM_FEATURES,
            aim.optimize,
            glue::FORM,
        )
            .hash(&mut hasher);
        let folder = self
            .workspace
            .scratch("pack")?
            .join(format!("{name}-{:016x}", hasher.finish()));
        let built = Built {
            wasm: folder.join(format!("{name}.wasm")),
            glue: folder.join("glue.js"),
        };
        if built.wasm.exists() && built.glue.exists() {
            return Ok(built);
        }
        let raw = folder.join("raw.wasm");
        write(&raw, bytes)?;
        self.bind(name, &raw, &folder)?;
        write(&built.glue, self.factory(name, &folder)?)?;
        let bound = folder.join(format!("{name}_bg.wasm"));
        let part = folder.join("part.wasm");
        let Some(node) = self.optimizer else {
            fs::rename(&bound, &built.wasm).context("the bound wasm cannot be kept")?;
            return Ok(built);
        };
        let mut optimize = node.program("binaryen/bin/wasm-opt");
        command::read(
            optimize
                .args(aim.optimize)
                .args(WASM_FEATURES)
                .arg(&bound)
                .arg("-o")
                .arg(&part),
        )?;
        fs::rename(&part, &built.wasm).context("the optimized wasm cannot be kept")?;
        Ok(built)
    }

    fn compile(&self, features: &str, proxy_url: Option<&str>, aim: &Aim) -> Result<Vec<u8>> {
        // cargo names the file alike for every shape of the crate, and a second pack may run beside
        // this one.
        let turn = File::create(self.workspace.scratch("pack")?.join("lock"))?;
        turn.lock()
            .context("another pack's turn cannot be awaited")?;
        // The crate itself is a plain library: a program that depends on it links no module of its own.
        let mut cargo = self.wasm.cargo("rustc");
        cargo
            .args(["--package", "openai-wasm", "--lib", "--quiet"])
            .args(["--crate-type", "cdylib"])
            .args(["--profile", self.profile()])
            .args(["--no-default-features", "--features", features])
            .arg("--config")
            .arg(format!("profile.release.opt-level={}", aim.level))
            .envs(self.canaries.iter().map(|(name, key)| (name, key)))
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags()?)
            .env_remove("OPENAI_PROXY_URL")
            .current_dir(self.workspace.root());
        if let Some(url) = proxy_url {
            cargo.env("OPENAI_PROXY_URL", url);
        }
        command::run(&mut cargo)?;
        let raw = self
            .wasm
            .target_dir()
            .join(TARGET)
            .join(self.profile())
            .join("openai_wasm.wasm");
        fs::read(&raw).with_context(|| format!("{} is missing", raw.display()))
    }

    fn profile(&self) -> &'static str {
        if self.optimizer.is_some() {
            "release"
        } else {
            "demo"
        }
    }

    /// Panic locations carry source paths: those of the builder become neutral ones.
    fn flags(&self) -> Result<OsString> {
        let mut flags = OsString::new();
        let mut remap = |from: &Path, to: &str| {
            if !flags.is_empty() {
                flags.push("\x1f");
            }
            flags.push("--remap-path-prefix=");
            flags.push(from);
            flags.push(format!("={to}"));
        };
        // The last prefix that matches wins: from the general to the particular.
        let sysroot = self.wasm.sysroot()?;
        remap(&sysroot, "/rust");
        let sources = sysroot.join("lib/rustlib/src/rust");
        remap(&sources, "/rust");
        if let Ok(real) = sources.canonicalize() {
            remap(&real, "/rust");
        }
        for registry in registries() {
            remap(&registry, "/crates");
        }
        remap(self.workspace.root(), "/openai-wasm");
        // The loop as a loop: unrolled it takes 3 KB gzipped, and a request has a few blocks to hash.
        flags.push("\x1f--cfg\x1fsha2_backend_soft=\"compact\"");
        Ok(flags)
    }

    fn bind(&self, name: &str, raw: &Path, folder: &Path) -> Result<()> {
        self.bindings.write("no-modules", name, raw, folder)?;
        if folder.join("snippets").exists() {
            bail!(
                "a dependency of the {name} build brings JavaScript snippets, which the package has no place for"
            );
        }
        Ok(())
    }

    fn factory(&self, name: &str, folder: &Path) -> Result<String> {
        let path = folder.join(format!("{name}.js"));
        let text =
            fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
        glue::factory(&text).with_context(|| {
            format!(
                "wasm-bindgen {} writes another glue than the one known",
                self.bindings.version()
            )
        })
    }
}

/// The folders that cargo unpacks crates to, one a registry.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")) else {
        return Vec::new();
    };
    let mut all = vec![sources.clone()];
    if let Ok(entries) = fs::read_dir(&sources) {
        all.extend(entries.flatten().map(|entry| entry.path()));
    }
    all
}
