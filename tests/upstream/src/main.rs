//! `upstream`: the stand-in server as a program.

use std::{process::ExitCode, time::Duration};

use openai_wasm::tokens::Encoding;
use upstream::Config;

const USAGE: &str = "\
upstream: a stand-in for an OpenAI-compatible server

Usage: upstream [--port N] [--event-interval-ms N] [--api-key KEY] [--fine-tune-step-ms N]
                [--tokens ENCODING] [--seed N]

  --port N               port on 127.0.0.1; 0 (the default) takes a free one
  --event-interval-ms N  pause between streamed events; default 0
  --api-key KEY          refuse every other bearer token with 401
  --fine-tune-step-ms N  pause between the stages of a fine-tuning job; default 100
  --tokens ENCODING      count chat's usage by OpenAI's encoding, o200k_base for example
  --seed N               seed of requests that name none; default: another one each time
  --help                 this text

Prints `listening on http://127.0.0.1:PORT` once it accepts connections.";

fn config(mut arguments: impl Iterator<Item = String>) -> Result<Option<Config>, String> {
    let mut config = Config {
        seed: None,
        ..Config::default()
    };
    while let Some(argument) = arguments.next() {
        if argument == "--help" || argument == "-h" {
            return Ok(None);
        }
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, arguments.next()),
        };
        let value = value.ok_or_else(|| format!("{name} needs a value"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{name}: `{value}` is not a number"))
        };
        match name.as_str() {
            "--port" => {
                config.port = value
                    .parse()
                    .map_err(|_| format!("--port: `{value}` is no port"))?;
            }
            "--event-interval-ms" => config.event_interval = Duration::from_millis(number()?),
            "--fine-tune-step-ms" => config.fine_tune_step = Duration::from_millis(number()?),
            "--tokens" => {
                let encoding = Encoding::from_name(&value);
                let encoding = encoding
                    .ok_or_else(|| format!("--tokens: `{value}` is no encoding of OpenAI's"))?;
                config.tokens = Some(encoding);
            }
            "--seed" => config.seed = Some(number()?),
            "--api-key" => config.api_key = Some(value),
            _ => return Err(format!("unknown argument {name}")),
        }
    }
    Ok(Some(config))
}

#[tokio::main]
async fn main() -> ExitCode {
    let config = match config(std::env::args().skip(1)) {
        Ok(Some(config)) => config,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("upstream: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match upstream::start(config).await {
        Ok(handle) => {
            println!("listening on {}", handle.url());
            handle.wait().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("upstream: cannot listen: {error}");
            ExitCode::FAILURE
        }
    }
}
