//! `tidings dlq list`.

use std::{collections::BTreeMap, process::ExitCode};

use comfy_table::Cell;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tidings_operations::{Group, Looked, Note, groups};

use super::{
    choose::Chosen,
    site::Site,
    table::{ago, length, short, table, unbroken, urgent},
};

/// What expires so soon is urgent.
const SOON: SignedDuration = SignedDuration::from_hours(48);

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Lists each letter, and not the groups.
    #[arg(long = "letters")]
    each: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'l> {
    queues: &'l [Looked],
    groups: &'l [Group],
    notes: &'l [Note],
}

pub async fn run(site: &Site, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let desk = &site.desk;
    let seen = desk.look(&arguments.chosen.selection()).await;
    let (groups, now) = (groups(&seen.letters), desk.now());
    let notes = match groups.is_empty() {
        true => Vec::new(),
        false => desk.store().notes().await?,
    };
    let failed = seen.queues.iter().any(|queue| queue.error.is_some());
    if site.json {
        let queues = &seen.queues;
        println!(
            "{}",
            serde_json::to_string(&Listed {
                queues,
                groups: &groups,
                notes: &notes
            })?
        );
    } else if arguments.each {
        let mut rows = table(&[
            "letter",
            "consumer",
            "event",
            "class",
            "cause",
            "since",
            "expires in",
        ]);
        for letter in &seen.letters {
            let cause = letter.cause();
            rows.add_row([
                Cell::new(short(&letter.id)),
                Cell::new(letter.queue.consumer),
                Cell::new(letter.event_type().unwrap_or("(no event)")),
                Cell::new(&cause.class),
                Cell::new(cut(&cause.reason)),
                Cell::new(ago(letter.sent, now)),
                expiry(letter.expires(), now),
            ]);
        }
        unbroken(&mut rows, &[0, 3]);
        println!("{rows}");
    } else if !groups.is_empty() {
        let mut rows = table(&[
            "group",
            "letters",
            "consumer",
            "event",
            "class",
            "cause",
            "oldest",
            "expires in",
        ]);
        for group in &groups {
            let note = notes.iter().rev().find(|note| note.group == group.id);
            let note = note
                .map(|note| format!("\n({}: {})", note.who, note.text))
                .unwrap_or_default();
            rows.add_row([
                Cell::new(&group.id),
                Cell::new(group.letters),
                Cell::new(&group.consumer),
                Cell::new(group.event_type.as_deref().unwrap_or("(no event)")),
                Cell::new(&group.class),
                Cell::new(format!("{}{note}", cut(&group.cause))),
                Cell::new(ago(group.oldest, now)),
                expiry(group.expires, now),
            ]);
        }
        unbroken(&mut rows, &[0, 4]);
        println!("{rows}");
    }
    if !site.json {
        told(&seen.queues, seen.letters.len());
    }
    Ok(if failed || !seen.letters.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn expiry(expires: Option<Timestamp>, now: Timestamp) -> Cell {
    let Some(expires) = expires else {
        return Cell::new("?");
    };
    let left = expires.duration_since(now);
    match left < SOON {
        true => urgent(format!("{} !", length(left))),
        false => Cell::new(length(left)),
    }
}

/// The queues that hold something, and what could not be seen of them.
fn told(queues: &[Looked], letters: usize) {
    let held: BTreeMap<_, _> = queues
        .iter()
        .filter(|queue| queue.depth > 0)
        .map(|queue| (&queue.queue, queue))
        .collect();
    println!(
        "{letters} letters that fit, in {} queues of {}",
        held.len(),
        queues.len()
    );
    for queue in queues {
        if let Some(error) = &queue.error {
            eprintln!("not looked into: {error}");
        } else if queue.unseen > 0 {
            eprintln!(
                "{}: {} more are there and were not seen: somebody else has them, or they stand behind others of their group",
                queue.queue, queue.unseen
            );
        }
    }
}

/// A cause, as far as a table has room for it.
pub fn cut(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
