//! The tree as a Mermaid sequence diagram (https://mermaid.js.org/syntax/sequenceDiagram.html): who
//! stated what, and who took it.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::text::{details, errors, one_line, publication};
use crate::{
    ended::Ended,
    tree::{Delivery, Event, Trace},
};

/// The diagram.
#[must_use]
pub fn mermaid(trace: &Trace) -> String {
    let mut drawing = Drawing {
        now: trace.at,
        participants: Vec::new(),
        lines: String::new(),
    };
    for event in &trace.events {
        let source = event
            .key
            .rsplit_once('#')
            .map_or(event.key.as_str(), |(source, _)| source);
        let source = drawing.participant(source);
        drawing.event(event, source);
    }
    let participants = drawing.participants.iter().enumerate().map(|(number, name)| {
        let name = escaped(name);
        format!("    participant p{number} as {name}\n")
    });
    let participants: String = participants.collect();
    format!("sequenceDiagram\n{participants}{}", drawing.lines)
}

struct Drawing {
    now: Timestamp,
    participants: Vec<String>,
    lines: String,
}

impl Drawing {
    fn participant(&mut self, name: &str) -> usize {
        if let Some(known) = self.participants.iter().position(|known| known == name) {
            return known;
        }
        self.participants.push(name.to_owned());
        self.participants.len() - 1
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A text takes everything.
        writeln!(self.lines, "    {line}").expect("a text is written to");
    }

    fn event(&mut self, event: &Event, by: usize) {
        let kind = event.r#type.as_deref().unwrap_or(&event.key);
        let subject = event.subject.as_deref().unwrap_or_default();
        let name = escaped(&format!("{kind} {subject}"));
        if let Some(told) = publication(event, self.now) {
            self.line(format_args!("Note over p{by}: {name} {}", escaped(&told)));
        }
        for delivery in &event.consumers {
            let to = self.participant(&delivery.consumer);
            self.line(format_args!("p{by}{}p{to}: {name}", arrow(&delivery.ended)));
            let told = escaped(&told(delivery, self.now));
            self.line(format_args!("Note over p{to}: {told}"));
            delivery.caused.iter().for_each(|caused| self.event(caused, to));
        }
        event.caused.iter().for_each(|caused| self.event(caused, by));
    }
}

/// An arrow with a head has arrived, one with a cross has come to nothing, and a broken one is not
/// known to have come.
fn arrow(ended: &Ended) -> &'static str {
    match ended {
        Ended::Done { .. } | Ended::InProgress { .. } | Ended::TriedAgain { .. } | Ended::Unheard => "->>",
        Ended::SetAside { .. } => "-x",
        Ended::Absent { .. } | Ended::NotPublished => "--x",
        Ended::Awaited | Ended::Unrecorded | Ended::Forgotten => "-->>",
    }
}

fn told(delivery: &Delivery, now: Timestamp) -> String {
    let mut told = vec![delivery.ended.as_str().to_owned()];
    told.extend(details(delivery, now));
    told.extend(errors(delivery));
    told.join(", ")
}

/// What Mermaid would read as its own is written as an entity.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        match c {
            '#' | ';' | ':' | '<' | '>' | '"' | '%' | '&' => {
                escaped += &format!("#{};", u32::from(c));
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}
