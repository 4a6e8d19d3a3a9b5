//! Random schedules of everything that can happen to a book, held against a model that keeps every
//! request and adds up from the beginning each time it is asked.
//!
//! `LEDGER_CASES` makes the run as long as one likes, `LEDGER_SEED` makes it another one.

use std::collections::BTreeMap;

use super::{
    Entry, Limit, Phase, Reservation, Row, State, Verdict, Window, expire, reserve, settle,
};

/// A book as storage keeps it.
#[derive(Default)]
struct Book {
    entries: BTreeMap<String, Entry>,
    rows: BTreeMap<(Window, u64), Row>,
}

impl Book {
    fn state(&self, id: &str) -> State {
        State {
            entry: self.entries.get(id).cloned(),
            rows: self.rows.values().copied().collect(),
        }
    }

    fn write(&mut self, entry: Option<Entry>, rows: &[Row]) {
        if let Some(entry) = entry {
            self.entries.insert(entry.id.clone(), entry);
        }
        for row in rows {
            self.rows.insert((row.window, row.number), *row);
        }
    }
}

/// A request of the model: when it counts, what it holds, what it was charged.
struct Request {
    windows: [u64; 3],
    reserved: u64,
    held: bool,
    settled: bool,
    cost: u64,
    expires: u64,
}

/// Days and months, counted from January 2024.
fn windows(time: u64) -> [u64; 3] {
    let day = time / 86_400_000;
    let (mut month, mut first) = (54 * 12, 19_723);
    loop {
        let year = 1970 + month / 12;
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month % 12 {
            1 => 28 + u64::from(leap),
            3 | 5 | 8 | 10 => 30,
            _ => 31,
        };
        if day < first + days {
            return [day, month, 0];
        }
        first += days;
        month += 1;
    }
}

/// A generator of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

const LIMITS: [Limit; 3] = [
    Limit {
        window: Window::Day,
        nano: 1_000,
    },
    Limit {
        window: Window::Month,
        nano: 2_500,
    },
    Limit {
        window: Window::Lifetime,
        nano: 9_000,
    },
];

/// The model's sums of a window: spent, held, overrun.
fn sums(model: &BTreeMap<String, Request>, window: usize, number: u64) -> (u64, u64, u64) {
    let here = model.values().filter(|r| r.windows[window] == number);
    here.fold((0, 0, 0), |(spent, held, over), r| {
        (
            spent + r.cost,
            held + if r.held { r.reserved } else { 0 },
            over + r.cost.saturating_sub(r.reserved),
        )
    })
}

fn run(seed: u64, keeps_cap: bool) {
    let mut dice = Dice(seed);
    let mut book = Book::default();
    let mut model: BTreeMap<String, Request> = BTreeMap::new();
    let mut now = dice.roll(800) * 86_400_000 + 86_400_000 * 20_000;
    let mut newest = 0;
    for step in 0..24 {
        let id = format!("r{}", dice.roll(8));
        let context = || format!("LEDGER_SEED={seed} step {step}, request {id}");
        match dice.roll(10) {
            0..=3 => {
                let nano = dice.roll(400);
                let request = Reservation {
                    id: id.clone(),
                    nano,
                    expires_at_ms: now + 1 + dice.roll(7_200_000),
                };
                // Some sessions have lower limits than the operator's.
                let mut limits = LIMITS.to_vec();
                if dice.roll(4) == 0 {
                    limits.push(Limit {
                        window: Window::Day,
                        nano: dice.roll(1_000),
                    });
                }
                let got = reserve(&book.state(&id), &request, &limits, now);
                let time = now.max(newest * 86_400_000);
                let at = windows(time);
                let room = limits.iter().all(|limit| {
                    let index = Window::ALL.iter().position(|w| *w == limit.window).unwrap();
                    let (spent, held, _) = sums(&model, index, at[index]);
                    spent + held <= limit.nano && nano <= limit.nano - spent - held
                });
                let known = model.get(&id).map(|r| r.held && r.reserved == nano);
                match (known, room) {
                    (Some(true), _) => assert_eq!(got.verdict, Verdict::Admitted, "{}", context()),
                    (Some(false), _) => assert_eq!(got.verdict, Verdict::Taken, "{}", context()),
                    (None, true) => {
                        assert_eq!(got.verdict, Verdict::Admitted, "{}", context());
                        newest = newest.max(at[0]);
                        let expires = request.expires_at_ms.max(time);
                        let request = Request {
                            windows: at,
                            reserved: nano,
                            held: true,
                            settled: false,
                            cost: 0,
                            expires,
                        };
                        model.insert(id.clone(), request);
                    }
                    (None, false) => assert!(
                        matches!(got.verdict, Verdict::Exhausted { .. }),
                        "{}",
                        context()
                    ),
                }
                book.write(got.entry, &got.rows);
            }
            4..=7 => {
                let reserved = model.get(&id).map_or(0, |r| r.reserved);
                // An upstream that keeps its cap costs nothing that was not reserved.
                let cost = match dice.roll(if keeps_cap { 8 } else { 10 }) {
                    0 => 0,
                    1..=7 => dice.roll(reserved + 1),
                    8 => reserved + dice.roll(500),
                    _ => (1 << 45) + dice.roll(9),
                };
                let got = settle(&book.state(&id), &id, cost, now);
                let time = now.max(newest * 86_400_000);
                let request = model.entry(id.clone()).or_insert_with(|| {
                    newest = newest.max(windows(time)[0]);
                    Request {
                        windows: windows(time),
                        reserved: 0,
                        held: false,
                        settled: false,
                        cost: 0,
                        expires: time,
                    }
                });
                if !request.settled {
                    (request.settled, request.held, request.cost) = (true, false, cost);
                }
                assert_eq!(got.cost, request.cost, "{}", context());
                book.write(got.entry, &got.rows);
            }
            // A crash loses what was not written: nothing that the book knows of.
            8 => now += dice.roll(40 * 86_400_000),
            _ if dice.roll(3) == 0 => now = now.saturating_sub(dice.roll(3 * 86_400_000)),
            _ => now += dice.roll(4_000_000),
        }
        // The alarm rings.
        if dice.roll(2) == 0 {
            let ids: Vec<String> = book.entries.keys().cloned().collect();
            for id in ids {
                if let Some(got) = expire(&book.state(&id), now) {
                    book.write(got.entry, &got.rows);
                }
                let request = model.get_mut(&id).unwrap();
                if request.held && request.expires <= now {
                    (request.held, request.cost) = (false, request.reserved);
                }
            }
            let waits = |e: &&Entry| e.phase == Phase::Held && e.expires_at_ms <= now;
            assert_eq!(book.entries.values().find(waits), None, "{}", context());
        }
        for row in book.rows.values() {
            let index = Window::ALL.iter().position(|w| *w == row.window).unwrap();
            let (spent, held, overrun) = sums(&model, index, row.number);
            assert_eq!(
                [row.spent, row.held, row.overrun],
                [spent, held, overrun],
                "{}",
                context()
            );
            assert!(
                row.used() <= LIMITS[index].nano + row.overrun,
                "{}",
                context()
            );
            assert!(!keeps_cap || row.overrun == 0, "{}", context());
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_no_window_exceeds_its_limit_by_more_than_upstreams_charged_above_their_cap() {
    let seed = number("LEDGER_SEED").unwrap_or(1);
    for case in 0..number("LEDGER_CASES").unwrap_or(20_000) {
        let seed = seed.wrapping_mul(1 << 40).wrapping_add(case);
        run(seed, case % 2 == 0);
    }
}

#[test]
fn the_model_catches_a_book_that_forgets_to_release() {
    let mut book = Book::default();
    let request = Reservation {
        id: "r".to_owned(),
        nano: 5,
        expires_at_ms: 9,
    };
    let got = reserve(&book.state("r"), &request, &LIMITS, 0);
    book.write(got.entry, &got.rows);
    // The rows of the settlement are lost: the sums are not those of a model that settled.
    let got = settle(&book.state("r"), "r", 3, 1);
    book.write(got.entry, &[]);
    let row = book.rows[&(Window::Day, 0)];
    assert_ne!((row.spent, row.held), (3, 0));
}
