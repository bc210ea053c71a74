//! Bodies: the corpus, and what becomes of it when it is cut, doubled and spliced.

use std::{fs, path::Path, sync::LazyLock};

use proptest::{prelude::*, sample::Index};

/// Every file of the corpus.
pub static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/malformed/corpus");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() > 50, "the corpus is there");
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
});

/// Pieces that a reader of JSON, of CloudEvents or of times may stumble over.
const PIECES: [&str; 24] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-",
    "1e400",
    "9007199254740993",
    "\u{0}",
    "\\u0000",
    "\\ud83d",
    "\u{feff}",
    "\u{10ffff}",
    "\"id\":",
    "\"data\":",
    "\"time\":\"",
    "2147483648",
    "-262144-01-01T00:00:00Z",
    "%23#",
];

/// A change of a text.
#[derive(Debug, Clone)]
enum Change {
    Cut(Index, Index),
    Double(Index, Index),
    Insert(Index, &'static str),
    Swap(Index, char),
    Splice(Index, Index, Index),
}

fn changes() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Double(from, to)),
        (at(), prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (at(), any::<char>()).prop_map(|(at, char)| Change::Swap(at, char)),
        (at(), at(), at()).prop_map(|(other, from, to)| Change::Splice(other, from, to)),
    ]
}

impl Change {
    fn apply(self, text: &mut Vec<char>) {
        let span = |from: Index, to: Index, length: usize| {
            let (one, other) = (from.index(length + 1), to.index(length + 1));
            one.min(other)..one.max(other)
        };
        match self {
            Self::Cut(from, to) => drop(text.drain(span(from, to, text.len()))),
            Self::Double(from, to) => {
                let span = span(from, to, text.len());
                let copy = text[span.clone()].to_vec();
                text.splice(span.end..span.end, copy);
            }
            Self::Insert(at, piece) => {
                let at = at.index(text.len() + 1);
                text.splice(at..at, piece.chars());
            }
            Self::Swap(at, char) if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] = char;
            }
            Self::Swap(..) => {}
            Self::Splice(other, from, to) => {
                let other: Vec<char> = CORPUS[other.index(CORPUS.len())].chars().collect();
                let behind = other[span(from, to, other.len())].to_vec();
                let at = from.index(text.len() + 1);
                text.splice(at.., behind);
            }
        }
    }
}

/// A text of the corpus after some changes, or any text.
pub fn bodies() -> impl Strategy<Value = String> {
    let changed = (any::<Index>(), prop::collection::vec(changes(), 0..4)).prop_map(|(file, changes)| {
        let mut text: Vec<char> = CORPUS[file.index(CORPUS.len())].chars().collect();
        changes.into_iter().for_each(|change| change.apply(&mut text));
        text.into_iter().collect()
    });
    prop_oneof![9 => changed, 1 => any::<String>()]
}
