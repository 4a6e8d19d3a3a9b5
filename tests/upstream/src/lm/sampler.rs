//! From log-probabilities to one token, with the parameters of the documents.

use std::collections::HashMap;

/// Sampling parameters; `Default` changes nothing.
#[derive(Clone, Debug)]
pub struct Sampling {
    /// 0 takes the likeliest token.
    pub temperature: f64,
    /// Keep the likeliest tokens whose probabilities sum to this.
    pub top_p: f64,
    /// Keep this many of the likeliest tokens.
    pub top_k: Option<usize>,
    /// Keep tokens at least this likely, relative to the likeliest.
    pub min_p: f64,
    /// Taken once from every token sampled before.
    pub presence_penalty: f64,
    /// Taken from a token for each time it was sampled before.
    pub frequency_penalty: f64,
    /// Divides or multiplies the logit of each token seen in prompt or output.
    pub repetition_penalty: f64,
    /// Added to the logits, by dense token.
    pub logit_bias: Vec<(u32, f64)>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_p: 1.0,
            top_k: None,
            min_p: 0.0,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
            repetition_penalty: 1.0,
            logit_bias: Vec::new(),
        }
    }
}

impl Sampling {
    /// Applies penalties and bias to `logits` and makes log-probabilities of them.
    ///
    /// Penalties follow "Parameter details" of the API reference:
    /// `mu[j] - c[j] * alpha_frequency - float(c[j] > 0) * alpha_presence`, with
    /// `c` counting sampled tokens only. The repetition penalty (Fireworks)
    /// covers the prompt too.
    pub fn adjust(&self, logits: &mut [f64], sampled: &HashMap<u32, u32>, prompt: &[u32]) {
        if self.repetition_penalty != 1.0 {
            let mut seen: Vec<u32> = sampled.keys().chain(prompt).copied().collect();
            seen.sort_unstable();
            seen.dedup();
            for token in seen {
                if let Some(logit) = logits.get_mut(token as usize) {
                    if *logit > 0.0 {
                        *logit /= self.repetition_penalty;
                    } else {
                        *logit *= self.repetition_penalty;
                    }
                }
            }
        }
        for (token, count) in sampled {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit -= f64::from(*count) * self.frequency_penalty;
                *logit -= if *count > 0 {
                    self.presence_penalty
                } else {
                    0.0
                };
            }
        }
        for (token, bias) in &self.logit_bias {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit += bias;
            }
        }
        log_softmax(logits);
    }

    /// Picks a token from log-probabilities.
    pub fn pick(&self, logs: &[f64], random: &mut Random) -> u32 {
        let best = likeliest(logs);
        if self.temperature <= 0.0 {
            return best;
        }
        let peak = logs.get(best as usize).copied().unwrap_or(0.0);
        // Weights after temperature; those below e^-40 of the best never matter.
        let mut kept: Vec<(u32, f64)> = logs
            .iter()
            .enumerate()
            .map(|(token, log)| (token as u32, (log - peak) / self.temperature))
            .filter(|(_, log)| *log > -40.0)
            .map(|(token, log)| (token, log.exp()))
            .collect();
        kept.retain(|(_, weight)| *weight >= self.min_p);
        if self.top_k.is_some() || self.top_p < 1.0 {
            kept.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        }
        if let Some(top_k) = self.top_k {
            kept.truncate(top_k.max(1));
        }
        if self.top_p < 1.0 {
            let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
            let mut sum = 0.0;
            let mut count = 0;
            for (_, weight) in &kept {
                count += 1;
                sum += weight / total;
                if sum >= self.top_p {
                    break;
                }
            }
            kept.truncate(count.max(1));
        }
        let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
        let mut point = random.unit() * total;
        for (token, weight) in &kept {
            point -= weight;
            if point <= 0.0 {
                return *token;
            }
        }
        best
    }
}

/// Turns logits into log-probabilities.
pub fn log_softmax(logits: &mut [f64]) {
    let peak = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log_sum = logits
        .iter()
        .map(|logit| (logit - peak).exp())
        .sum::<f64>()
        .ln()
        + peak;
    for logit in logits {
        *logit -= log_sum;
    }
}

fn likeliest(logs: &[f64]) -> u32 {
    let mut best = (0_u32, f64::NEG_INFINITY);
    for (token, log) in logs.iter().enumerate() {
        if *log > best.1 {
            best = (token as u32, *log);
        }
    }
    best.0
}

/// The `count` likeliest tokens, best first.
pub fn top(logs: &[f64], count: usize) -> Vec<(u32, f64)> {
    let mut top: Vec<(u32, f64)> = Vec::with_capacity(count + 1);
    if count == 0 {
        return top;
    }
    for (token, log) in logs.iter().enumerate() {
        if top.len() == count && top.last().is_some_and(|last| *log <= last.1) {
            continue;
        }
        let at = top.partition_point(|(_, other)| other >= log);
        top.insert(at, (token as u32, *log));
        top.truncate(count);
    }
    top
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough for text.
pub struct Random(u64);

impl Random {
    /// A generator that gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `bound` (0 for 0).
    pub fn below(&mut self, bound: usize) -> usize {
        (self.unit() * bound as f64) as usize
    }
}

/// FNV-1a, for ids and fingerprints that must not change between runs.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log-probabilities differ from logits by one constant: compare differences.
    fn differences(sampling: &Sampling, sampled: &[(u32, u32)], prompt: &[u32]) -> Vec<f64> {
        let mut logits = vec![-1.0, -2.0, -3.0];
        sampling.adjust(&mut logits, &sampled.iter().copied().collect(), prompt);
        logits.iter().map(|logit| logit - logits[2]).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn penalties_follow_the_documented_formula() {
        let sampling = Sampling {
            presence_penalty: 0.5,
            frequency_penalty: 0.25,
            ..Sampling::default()
        };
        close(&differences(&sampling, &[], &[]), &[2.0, 1.0, 0.0]);
        // mu[0] - 3 * 0.25 - 0.5
        close(
            &differences(&sampling, &[(0, 3)], &[]),
            &[2.0 - 1.25, 1.0, 0.0],
        );
        // The prompt does not count for these two.
        close(&differences(&sampling, &[], &[0]), &[2.0, 1.0, 0.0]);
    }

    #[test]
    fn the_repetition_penalty_covers_prompt_and_output() {
        let sampling = Sampling {
            repetition_penalty: 2.0,
            ..Sampling::default()
        };
        close(
            &differences(&sampling, &[(0, 1)], &[1]),
            &[-2.0 + 3.0, -4.0 + 3.0, 0.0],
        );
    }

    #[test]
    fn a_bias_of_a_hundred_bans_or_forces() {
        let mut random = Random::new(1);
        for (bias, expected) in [(100.0, true), (-100.0, false)] {
            let sampling = Sampling {
                logit_bias: vec![(2, bias)],
                ..Sampling::default()
            };
            let mut logits = vec![-1.0, -1.1, -1.2];
            sampling.adjust(&mut logits, &HashMap::new(), &[]);
            for _ in 0..200 {
                assert_eq!(sampling.pick(&logits, &mut random) == 2, expected);
            }
        }
    }

    #[test]
    fn top_k_top_p_and_min_p_cut_the_tail_and_nothing_else() {
        let mut logs: Vec<f64> = [0.5_f64, 0.3, 0.15, 0.05].iter().map(|p| p.ln()).collect();
        log_softmax(&mut logs);
        let reached = |sampling: Sampling| {
            let mut random = Random::new(7);
            let mut seen = [false; 4];
            for _ in 0..2000 {
                seen[sampling.pick(&logs, &mut random) as usize] = true;
            }
            seen
        };
        let base = Sampling::default;
        assert_eq!(reached(base()), [true; 4]);
        assert_eq!(
            reached(Sampling {
                top_k: Some(2),
                ..base()
            }),
            [true, true, false, false]
        );
        assert_eq!(
            reached(Sampling {
                top_p: 0.4,
                ..base()
            }),
            [true, false, false, false]
        );
        assert_eq!(
            reached(Sampling {
                top_p: 0.9,
                ..base()
            }),
            [true, true, true, false]
        );
        assert_eq!(
            reached(Sampling {
                min_p: 0.2,
                ..base()
            }),
            [true, true, true, false]
        );
        assert_eq!(
            reached(Sampling {
                temperature: 0.0,
                ..base()
            }),
            [true, false, false, false]
        );
    }

    #[test]
    fn a_higher_temperature_flattens() {
        let mut logs: Vec<f64> = [0.8_f64, 0.2].iter().map(|p| p.ln()).collect();
        log_softmax(&mut logs);
        let share = |temperature| {
            let mut random = Random::new(3);
            let sampling = Sampling {
                temperature,
                ..Sampling::default()
            };
            (0..4000)
                .filter(|_| sampling.pick(&logs, &mut random) == 0)
                .count()
        };
        let (cold, warm, hot) = (share(0.5), share(1.0), share(2.0));
        assert!(cold > warm && warm > hot, "{cold} {warm} {hot}");
        assert!((3080..3320).contains(&warm), "{warm}");
    }

    #[test]
    fn the_top_tokens_come_best_first() {
        let top = top(&[-3.0, -1.0, -2.0, -5.0], 2);
        assert_eq!(top, [(1, -1.0), (2, -2.0)]);
    }
}
