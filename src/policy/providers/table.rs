//! The table itself: data without imports, so that `cargo xtask pack` can include it.

/// What is known of a provider.
pub struct Provider {
    /// As people write it.
    pub name: &'static str,
    /// Domains at which it, or a gateway that wants its keys, answers; see
    /// [`is_host`](super::is_host).
    pub hosts: &'static [&'static str],
    /// What the names of variables that hold its keys have in common: a regular expression of
    /// JavaScript, or nothing.
    pub named: &'static str,
    /// Shapes of its keys.
    pub shapes: &'static [Shape],
}

/// What some of a provider's keys look like.
pub struct Shape {
    /// What they begin with.
    pub prefixes: &'static [&'static str],
    /// What follows.
    pub alphabet: Alphabet,
    /// At least so many characters of the alphabet.
    pub least: usize,
    /// No more of them.
    pub exact: bool,
    /// A whole key may have fewer than 32 bytes.
    pub short: bool,
    /// What a keyless client needs to see of it.
    pub enough: Enough,
}

/// What of a key is enough for a keyless client to refuse the text. The scanner always wants all of it: it
/// reads the code of others.
#[derive(Clone, Copy)]
pub enum Enough {
    /// The prefix and a few characters of any kind.
    Prefix,
    /// The prefix begins other words as well, so this many characters must follow: hexadecimal digits and
    /// hyphens, or base64 with a digit and a capital letter, as the alphabet is.
    Characters(u8),
}

/// Characters of keys.
#[derive(Clone, Copy)]
pub enum Alphabet {
    /// Letters and digits.
    Alnum,
    /// Small letters and digits.
    Lower,
    /// Small hexadecimal digits.
    Hex,
    /// Small hexadecimal digits and hyphens.
    HexDash,
    /// Base64 with `-` and `_`.
    Url,
    /// The same, with a digit and a capital letter among the characters: no words with hyphens.
    UrlMixed,
    /// Base64 with `+`, `/` and `=`.
    Base64,
    /// Base64 with `-` and `_`, and dots.
    Dotted,
}

impl Alphabet {
    /// Could this be written in it?
    #[must_use]
    pub fn wrote(self, text: &[u8]) -> bool {
        let mixed = match self {
            Self::UrlMixed => {
                text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_uppercase)
            }
            _ => true,
        };
        mixed && text.iter().all(|byte| self.has(*byte))
    }

    /// Is this one of its characters?
    #[must_use]
    pub fn has(self, byte: u8) -> bool {
        let more: &[u8] = match self {
            Self::Alnum => b"",
            Self::Lower => return byte.is_ascii_lowercase() || byte.is_ascii_digit(),
            Self::Hex => return matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::HexDash => return matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'),
            Self::Url | Self::UrlMixed => b"_-",
            Self::Base64 => b"+/=",
            Self::Dotted => b"_.-",
        };
        byte.is_ascii_alphanumeric() || more.contains(&byte)
    }
}

const TELLING: Shape = Shape {
    prefixes: &[],
    alphabet: Alphabet::Alnum,
    least: 32,
    exact: false,
    short: false,
    enough: Enough::Prefix,
};

const UNKNOWN: Provider = Provider {
    name: "",
    hosts: &[],
    named: "",
    shapes: &[],
};

/// Keys that have no shape, or one that others have as well: they are known by what stands beside them.
const fn keys_without_shape(
    name: &'static str,
    hosts: &'static [&'static str],
    named: &'static str,
) -> Provider {
    Provider {
        name,
        hosts,
        named,
        shapes: &[],
    }
}

/// Every provider that the project knows.
///
/// Sources of the shapes: the providers' own documents, the rules of gitleaks and of GitHub's secret
/// scanning, and <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>. An
/// earlier provider's name wins where two are in a variable's name.
pub const PROVIDERS: &[Provider] = &[
    keys_without_shape("Mistral", &["mistral.ai"], "mistral"),
    keys_without_shape("Cohere", &["cohere.com", "cohere.ai"], "cohere"),
    Provider {
        name: "Cloudflare",
        hosts: &["api.cloudflare.com", "gateway.ai.cloudflare.com"],
        named: "cloudflare|cf[-_]|cfapi|x-auth(?=-key)",
        shapes: &[
            Shape {
                prefixes: &["cfk_", "cfut_", "cfat_"],
                least: 40,
                ..TELLING
            },
            Shape {
                prefixes: &["v1.0-"],
                alphabet: Alphabet::HexDash,
                least: 125,
                enough: Enough::Characters(24),
                ..TELLING
            },
        ],
    },
    keys_without_shape(
        "Azure OpenAI",
        &[
            "openai.azure.com",
            "cognitiveservices.azure.com",
            "services.ai.azure.com",
            "models.ai.azure.com",
            "inference.ai.azure.com",
            "inference.ml.azure.com",
        ],
        "azure",
    ),
    Provider {
        name: "OpenAI",
        hosts: &["openai.com"],
        named: "open[-_]?ai",
        shapes: &[
            Shape {
                prefixes: &["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"],
                alphabet: Alphabet::Url,
                least: 20,
                ..TELLING
            },
            Shape {
                prefixes: &["sk-"],
                ..TELLING
            },
        ],
    },
    Provider {
        name: "Anthropic",
        hosts: &["anthropic.com"],
        named: "anthropic",
        shapes: &[Shape {
            prefixes: &["sk-ant-"],
            alphabet: Alphabet::Url,
            least: 20,
            ..TELLING
        }],
    },
    Provider {
        name: "Fireworks",
        hosts: &["fireworks.ai"],
        named: "fireworks",
        shapes: &[Shape {
            prefixes: &["fw_"],
            least: 20,
            short: true,
            ..TELLING
        }],
    },
    Provider {
        name: "Groq",
        hosts: &["groq.com"],
        named: "groq",
        shapes: &[Shape {
            prefixes: &["gsk_"],
            ..TELLING
        }],
    },
    Provider {
        name: "xAI",
        hosts: &["x.ai"],
        named: "xai",
        shapes: &[Shape {
            prefixes: &["xai-"],
            ..TELLING
        }],
    },
    Provider {
        name: "OpenRouter",
        hosts: &["openrouter.ai"],
        named: "open[-_]?router",
        shapes: &[Shape {
            prefixes: &["sk-or-v1-", "sk-or-"],
            ..TELLING
        }],
    },
    Provider {
        name: "DeepSeek",
        hosts: &["deepseek.com"],
        named: "deep[-_]?seek",
        shapes: &[Shape {
            prefixes: &["sk-"],
            alphabet: Alphabet::Hex,
            exact: true,
            ..TELLING
        }],
    },
    Provider {
        name: "Perplexity",
        hosts: &["perplexity.ai"],
        named: "perplexity",
        shapes: &[Shape {
            prefixes: &["pplx-"],
            ..TELLING
        }],
    },
    Provider {
        name: "Hugging Face",
        hosts: &["huggingface.co", "huggingface.cloud"],
        named: "hugging[-_]?face",
        shapes: &[Shape {
            prefixes: &["hf_", "api_org_"],
            least: 30,
            ..TELLING
        }],
    },
    Provider {
        name: "Google",
        hosts: &[
            "generativelanguage.googleapis.com",
            "aiplatform.googleapis.com",
            "-aiplatform.googleapis.com",
        ],
        named: "gemini|google[-_]?(?:ai|generative)",
        shapes: &[
            Shape {
                prefixes: &["AIza"],
                alphabet: Alphabet::Url,
                least: 35,
                exact: true,
                ..TELLING
            },
            Shape {
                prefixes: &["AQ.Ab"],
                alphabet: Alphabet::Url,
                least: 40,
                ..TELLING
            },
        ],
    },
    Provider {
        name: "Replicate",
        hosts: &["replicate.com"],
        shapes: &[Shape {
            prefixes: &["r8_"],
            least: 37,
            exact: true,
            ..TELLING
        }],
        ..UNKNOWN
    },
    Provider {
        name: "Together",
        hosts: &["together.xyz", "together.ai"],
        named: "together[-_]?ai",
        shapes: &[Shape {
            prefixes: &["tgp_v1_"],
            alphabet: Alphabet::Url,
            least: 40,
            ..TELLING
        }],
    },
    Provider {
        name: "NVIDIA",
        hosts: &["api.nvidia.com"],
        named: "nvidia",
        shapes: &[Shape {
            prefixes: &["nvapi-"],
            alphabet: Alphabet::Url,
            least: 60,
            ..TELLING
        }],
    },
    Provider {
        name: "Cerebras",
        hosts: &["cerebras.ai"],
        named: "cerebras",
        shapes: &[Shape {
            prefixes: &["csk-"],
            alphabet: Alphabet::Lower,
            least: 40,
            ..TELLING
        }],
    },
    Provider {
        name: "ElevenLabs",
        hosts: &["elevenlabs.io"],
        named: "eleven[-_]?labs",
        shapes: &[Shape {
            prefixes: &["sk_"],
            alphabet: Alphabet::Hex,
            least: 48,
            exact: true,
            ..TELLING
        }],
    },
    Provider {
        name: "GitHub",
        hosts: &["models.github.ai"],
        shapes: &[
            Shape {
                prefixes: &["github_pat_"],
                alphabet: Alphabet::Url,
                least: 60,
                ..TELLING
            },
            Shape {
                prefixes: &["ghp_", "gho_", "ghu_", "ghs_"],
                least: 36,
                ..TELLING
            },
        ],
        ..UNKNOWN
    },
    Provider {
        name: "Jina",
        hosts: &["jina.ai"],
        named: "jina",
        shapes: &[Shape {
            prefixes: &["jina_"],
            alphabet: Alphabet::Url,
            least: 40,
            ..TELLING
        }],
    },
    Provider {
        name: "Voyage",
        hosts: &["voyageai.com"],
        named: "voyage",
        shapes: &[Shape {
            prefixes: &["pa-"],
            alphabet: Alphabet::UrlMixed,
            least: 40,
            enough: Enough::Characters(40),
            ..TELLING
        }],
    },
    Provider {
        name: "Amazon Bedrock",
        hosts: &[
            "bedrock-runtime.*.amazonaws.com",
            "bedrock-runtime-fips.*.amazonaws.com",
            "bedrock-agent-runtime.*.amazonaws.com",
            "bedrock-mantle.*.api.aws",
        ],
        named: "bedrock",
        shapes: &[Shape {
            prefixes: &["ABSK", "bedrock-api-key-"],
            alphabet: Alphabet::Base64,
            least: 80,
            enough: Enough::Characters(40),
            ..TELLING
        }],
    },
    Provider {
        name: "Databricks",
        hosts: &["databricks.com", "azuredatabricks.net"],
        named: "databricks",
        shapes: &[Shape {
            prefixes: &["dapi"],
            alphabet: Alphabet::Hex,
            exact: true,
            enough: Enough::Characters(32),
            ..TELLING
        }],
    },
    Provider {
        name: "Vercel AI Gateway",
        hosts: &["ai-gateway.vercel.sh"],
        named: "ai[-_]?gateway",
        shapes: &[Shape {
            prefixes: &["vck_"],
            ..TELLING
        }],
    },
    Provider {
        name: "Friendli",
        hosts: &["friendli.ai"],
        named: "friendli",
        shapes: &[Shape {
            prefixes: &["flp_"],
            ..TELLING
        }],
    },
    Provider {
        name: "Chutes",
        hosts: &["chutes.ai"],
        named: "chutes",
        shapes: &[Shape {
            prefixes: &["cpk_"],
            alphabet: Alphabet::Dotted,
            least: 40,
            ..TELLING
        }],
    },
    keys_without_shape("Moonshot", &["moonshot.ai", "moonshot.cn"], "moonshot"),
    keys_without_shape(
        "Alibaba",
        &[
            "dashscope.aliyuncs.com",
            "dashscope-intl.aliyuncs.com",
            "dashscope-us.aliyuncs.com",
        ],
        "dash[-_]?scope",
    ),
    keys_without_shape("SambaNova", &["sambanova.ai"], "samba[-_]?nova"),
    keys_without_shape("Hyperbolic", &["hyperbolic.xyz"], "hyperbolic"),
    keys_without_shape("Z.ai", &["z.ai", "bigmodel.cn"], "zhipu|bigmodel"),
    keys_without_shape("DeepInfra", &["deepinfra.com"], "deep[-_]?infra"),
    keys_without_shape("Nebius", &["nebius.ai", "nebius.com"], "nebius"),
    keys_without_shape("Novita", &["novita.ai"], "novita"),
    keys_without_shape(
        "SiliconFlow",
        &["siliconflow.cn", "siliconflow.com"],
        "silicon[-_]?flow",
    ),
    keys_without_shape(
        "MiniMax",
        &["minimax.io", "minimaxi.com", "minimax.chat"],
        "minimax(?=[-_]?(?:api|group|key))",
    ),
    keys_without_shape("StepFun", &["stepfun.com", "stepfun.ai"], "stepfun"),
    keys_without_shape("Volcano Engine", &["volces.com"], ""),
    keys_without_shape("Baidu", &["qianfan.baidubce.com"], "qianfan"),
    keys_without_shape("Tencent", &["hunyuan.cloud.tencent.com"], "hunyuan"),
    keys_without_shape("AI21", &["ai21.com"], "ai21"),
    keys_without_shape("Upstage", &["upstage.ai"], "upstage"),
    keys_without_shape("Baseten", &["baseten.co"], "baseten"),
    keys_without_shape("Lambda", &["lambda.ai", "lambdalabs.com"], ""),
    keys_without_shape("Featherless", &["featherless.ai"], "featherless"),
    keys_without_shape("Scaleway", &["scaleway.ai"], ""),
    keys_without_shape("Venice", &["venice.ai"], ""),
    keys_without_shape("Inference.net", &["inference.net"], ""),
    keys_without_shape("Portkey", &["portkey.ai"], "portkey"),
    keys_without_shape("Helicone", &["helicone.ai"], "helicone"),
    keys_without_shape("Requesty", &["requesty.ai"], "requesty"),
    keys_without_shape("AI/ML API", &["aimlapi.com"], "aiml[-_]?api"),
    keys_without_shape("Stability", &["stability.ai"], "stability[-_]?ai"),
];
