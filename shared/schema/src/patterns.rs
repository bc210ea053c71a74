//! Regular expressions: whether a string matches, and a string that matches some and not others. The latter walks the automata of all
//! of them side by side, so that "there is none" is a proof.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap, VecDeque},
    hash::Hash,
};

use regex_automata::{
    Anchored, Input,
    hybrid::{LazyStateID, dfa},
};
use regex_syntax::hir::{Class, Hir, HirKind};

/// States that one search may see.
const STATES: usize = 60_000;

/// Answers that a thread keeps.
const ANSWERS: usize = 4_096;

/// A search: wanted patterns, unwanted ones, unwanted names, fewest and most characters.
type Asked = (Vec<String>, Vec<String>, BTreeSet<String>, (u64, Option<u64>));

thread_local! {
    /// One comparison asks the same of many values, and an automaton costs more than all else.
    static MATCHED: RefCell<HashMap<(String, String), Option<bool>>> = RefCell::default();
    static FOUND: RefCell<HashMap<Asked, Found>> = RefCell::default();
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// This string, one of the shortest.
    String(String),
    /// There is none.
    Nothing,
    /// The patterns say what an automaton cannot (looking around, references), or there are too many states.
    Unknown,
}

/// Whether `text` matches the pattern of a JSON Schema, which is not anchored; none where it cannot be said.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    MATCHED.with(|known| {
        once(known, (pattern.to_owned(), text.to_owned()), || {
            run(pattern, text)
        })
    })
}

fn run(pattern: &str, text: &str) -> Option<bool> {
    let mut one = Automaton::of(pattern)?;
    let mut state = Some(one.start()?);
    for byte in text.bytes() {
        let Some(at) = state else { return Some(true) };
        state = one.step(at, byte)?;
    }
    match state {
        None => Some(true),
        Some(state) => one.accepts(state),
    }
}

/// A string of at least `min` and at most `max` characters that matches all of `each`, none of `never`, and is none of `names`.
pub(crate) fn find(
    each: &[&str],
    never: &[&str],
    names: &BTreeSet<String>,
    lengths: (u64, Option<u64>),
) -> Found {
    let owned = |patterns: &[&str]| patterns.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let asked = (owned(each), owned(never), names.clone(), lengths);
    FOUND.with(|known| once(known, asked, || search(each, never, names, lengths)))
}

/// The answer, by the question where it was asked before.
fn once<Q: Eq + Hash, A: Clone>(known: &RefCell<HashMap<Q, A>>, asked: Q, answer: impl Fn() -> A) -> A {
    if let Some(known) = known.borrow().get(&asked) {
        return known.clone();
    }
    let answer = answer();
    let mut known = known.borrow_mut();
    if known.len() >= ANSWERS {
        known.clear();
    }
    known.insert(asked, answer.clone());
    answer
}

fn search(each: &[&str], never: &[&str], names: &BTreeSet<String>, (min, max): (u64, Option<u64>)) -> Found {
    let patterns = each.iter().chain(never).map(|pattern| Automaton::of(pattern));
    let names = names
        .iter()
        .map(|name| Automaton::read(&format!(r"\A{}\z", regex_syntax::escape(name))));
    let automata: Option<Vec<_>> = patterns.chain(names).collect();
    match automata {
        Some(automata) => Search {
            automata,
            wanted: each.len(),
            min,
            max,
        }
        .run(),
        None => Found::Unknown,
    }
}

struct Automaton {
    automaton: dfa::DFA,
    cache: dfa::Cache,
    hir: Hir,
}

impl Automaton {
    /// Of a pattern in ECMA's dialect.
    fn of(pattern: &str) -> Option<Self> {
        Self::read(&jsonschema_regex::to_rust_regex(pattern).ok()?)
    }

    fn read(pattern: &str) -> Option<Self> {
        let hir = regex_syntax::parse(pattern).ok()?;
        let config = dfa::Config::new()
            .cache_capacity(8 << 20)
            .skip_cache_capacity_check(true);
        let automaton = dfa::Builder::new().configure(config).build(pattern).ok()?;
        let cache = automaton.create_cache();
        Some(Self {
            automaton,
            cache,
            hir,
        })
    }

    fn start(&mut self) -> Option<LazyStateID> {
        let input = Input::new("").anchored(Anchored::No);
        self.automaton.start_state_forward(&mut self.cache, &input).ok()
    }

    /// The state after this byte; inside, none when what came before it has matched, which then holds for good.
    fn step(&mut self, state: LazyStateID, byte: u8) -> Option<Option<LazyStateID>> {
        let to = self.automaton.next_state(&mut self.cache, state, byte).ok()?;
        match to.is_quit() || self.cache.clear_count() > 0 {
            true => None,
            false => Some((!to.is_match()).then_some(to)),
        }
    }

    /// Whether the string that led to this state matches, when it ends here.
    fn accepts(&mut self, state: LazyStateID) -> Option<bool> {
        let end = self.automaton.next_eoi_state(&mut self.cache, state).ok()?;
        Some(end.is_match())
    }
}

/// One character of each kind that the patterns tell apart, letters first.
fn alphabet(patterns: &[Automaton]) -> Vec<char> {
    // What a boundary of words or lines tells apart.
    let mut kinds: BTreeSet<u32> = [
        0, 0x0a, 0x0b, 0x0d, 0x0e, 0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b,
    ]
    .into();
    let mut parts: Vec<&Hir> = patterns.iter().map(|one| &one.hir).collect();
    while let Some(part) = parts.pop() {
        match part.kind() {
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                kinds.extend(text.chars().flat_map(|c| [c as u32, c as u32 + 1]));
            }
            HirKind::Class(Class::Unicode(class)) => {
                kinds.extend(
                    class
                        .ranges()
                        .iter()
                        .flat_map(|range| [range.start() as u32, range.end() as u32 + 1]),
                );
            }
            HirKind::Class(Class::Bytes(class)) => {
                kinds.extend(
                    class
                        .ranges()
                        .iter()
                        .flat_map(|range| [range.start().into(), u32::from(range.end()) + 1]),
                );
            }
            HirKind::Repetition(repetition) => parts.push(&repetition.sub),
            HirKind::Capture(capture) => parts.push(&capture.sub),
            HirKind::Concat(all) | HirKind::Alternation(all) => parts.extend(all),
            HirKind::Empty | HirKind::Look(_) => {}
        }
    }
    // A kind may begin among the surrogates, which are no characters.
    let first = |kind: u32| char::from_u32(kind).or_else(|| char::from_u32(0xe000));
    let mut characters: Vec<char> = kinds.into_iter().filter_map(first).collect();
    characters.dedup();
    characters.sort_by_key(|c| {
        (
            !c.is_ascii_alphanumeric(),
            !c.is_ascii_graphic(),
            c.is_ascii_digit(),
            *c,
        )
    });
    characters
}

struct Search {
    automata: Vec<Automaton>,
    wanted: usize,
    min: u64,
    max: Option<u64>,
}

/// Where all automata are. One that has matched stays so: patterns are not anchored, and what follows does not matter.
type Place = (Vec<Option<LazyStateID>>, u64);

impl Search {
    fn run(mut self) -> Found {
        let start: Option<Vec<_>> = self
            .automata
            .iter_mut()
            .map(|one| one.start().map(Some))
            .collect();
        let Some(start) = start else { return Found::Unknown };
        // Beyond this many characters, their number makes no difference.
        let counted = self.max.map_or(self.min, |max| max.saturating_add(1));
        if counted > 4_096 {
            return Found::Unknown;
        }
        let alphabet = alphabet(&self.automata);
        let mut from: HashMap<Place, Option<(Place, char)>> = HashMap::from([((start.clone(), 0), None)]);
        let mut next = VecDeque::from([(start, 0)]);
        let mut unknown = false;
        while let Some(place) = next.pop_front() {
            match self.ends(&place) {
                Some(true) => return Found::String(path(&from, place)),
                Some(false) => {}
                None => return Found::Unknown,
            }
            if self.max.is_some_and(|max| place.1 >= max) {
                continue;
            }
            for c in alphabet.iter().copied() {
                let Some(states) = self.step(&place.0, c) else {
                    return Found::Unknown;
                };
                let after = (states, (place.1 + 1).min(counted));
                if from.len() > STATES {
                    unknown = true;
                    break;
                }
                if !from.contains_key(&after) {
                    from.insert(after.clone(), Some((place.clone(), c)));
                    next.push_back(after);
                }
            }
        }
        if unknown { Found::Unknown } else { Found::Nothing }
    }

    fn ends(&mut self, (states, length): &Place) -> Option<bool> {
        if *length < self.min {
            return Some(false);
        }
        for (index, state) in states.iter().enumerate() {
            let matched = match state {
                Some(state) => self.automata[index].accepts(*state)?,
                None => true,
            };
            if matched != (index < self.wanted) {
                return Some(false);
            }
        }
        Some(true)
    }

    fn step(&mut self, states: &[Option<LazyStateID>], c: char) -> Option<Vec<Option<LazyStateID>>> {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).as_bytes();
        let mut after = Vec::with_capacity(states.len());
        for (one, state) in self.automata.iter_mut().zip(states) {
            let mut state = *state;
            for byte in bytes {
                let Some(at) = state else { break };
                state = one.step(at, *byte)?;
            }
            after.push(state);
        }
        Some(after)
    }
}

/// The string that led to this place.
fn path(from: &HashMap<Place, Option<(Place, char)>>, end: Place) -> String {
    let (mut characters, mut at) = (Vec::new(), end);
    while let Some(Some((before, c))) = from.get(&at) {
        characters.push(*c);
        at = before.clone();
    }
    characters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(each: &[&str], never: &[&str]) -> Found {
        find(each, never, &BTreeSet::new(), (0, None))
    }

    #[test]
    fn a_pattern_that_is_contained_leaves_nothing() {
        assert_eq!(found(&["^[A-Z]{2}$"], &["^[A-Z]+$"]), Found::Nothing);
        assert_eq!(found(&["^ord-[0-9a-f]{32}$"], &["^ord-"]), Found::Nothing);
        assert_eq!(
            found(&["[a-z]*"], &["[A-Z]*"]),
            Found::Nothing,
            "both match everything"
        );
        assert_eq!(
            found(&[r"^\d+$"], &["^[0-9]+$"]),
            Found::Nothing,
            "ECMA's digits are ASCII"
        );
    }

    #[test]
    fn what_is_not_contained_is_shown() {
        assert_eq!(
            found(&["^[A-Z]+$"], &["^[A-Z]{2}$"]),
            Found::String("A".to_owned())
        );
        let Found::String(text) = found(&["^[^x]$"], &["^[a-z]$"]) else {
            panic!()
        };
        assert_eq!(
            (matches("^[^x]$", &text), matches("^[a-z]$", &text)),
            (Some(true), Some(false))
        );
    }

    #[test]
    fn lengths_and_names_count() {
        let none = BTreeSet::new();
        assert_eq!(
            find(&["^a*$"], &["^a{0,3}$"], &none, (0, Some(3))),
            Found::Nothing
        );
        assert_eq!(
            find(&["^a*$"], &["^a{0,3}$"], &none, (0, Some(4))),
            Found::String("aaaa".to_owned())
        );
        let names = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        assert_eq!(find(&["^[ab]$"], &[], &names, (0, None)), Found::Nothing);
        assert_eq!(
            find(&["^[a.]$"], &[], &names, (0, None)),
            Found::String(".".to_owned())
        );
    }

    #[test]
    fn what_an_automaton_cannot_say_is_unknown() {
        assert_eq!(found(&["^(?=a)b"], &["^b"]), Found::Unknown);
        assert_eq!(matches("(a)\\1", "aa"), None);
    }
}
