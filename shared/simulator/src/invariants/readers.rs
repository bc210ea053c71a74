//! Commands and what they pour, tills and what their labels show.

use std::collections::BTreeMap;

use tidings_aws::{
    event_store::{AsOf, EventStore},
    projection::{Consistency, Views},
};
use tidings_core::{Consumer as _, Envelope, Incoming as _, Received, catalogue::EVENTS};

use super::Truth;
use crate::{
    line::which,
    pouring::{HandlePour, JUGS, Pour, cups},
    rule::Rule,
    shelf::{Label, SHELF, Shelf, Show},
    till::Till,
};

impl Truth {
    /// **Commands take effect once**: what is in a jug is what its commands that are done have poured.
    pub(crate) async fn poured(&self, commands: &BTreeMap<String, Envelope>) {
        let mut poured: BTreeMap<&str, i64> = BTreeMap::new();
        for command in commands.values() {
            let Ok(Received(pour)) = Received::<Pour>::decode(command) else {
                continue;
            };
            if self.line.dropped(&which(&pour)) {
                continue;
            }
            let jug = poured
                .entry(command.subject.as_deref().unwrap_or_default())
                .or_default();
            if self.ended(HandlePour::NAME, command).await {
                *jug += cups(pour.number);
            }
        }
        for (jug, poured) in poured {
            let there = self.number(JUGS.name, ("jug", jug), "cups").await;
            if there != poured {
                let seen = format!("{jug}: {there} cups, and {poured} were poured");
                self.ledger.violation(Rule::CommandsInOrder, seen);
            }
        }
    }

    /// **Views follow**: the label of a till shows each event of its history once, unless one was set aside.
    pub(crate) async fn shown(&self, tills: &[&str]) {
        let labels = Views::<Shelf>::new(self.dynamodb.clone(), SHELF.name);
        let events = EventStore::new(self.dynamodb.clone(), EVENTS.name);
        let dead = self.bus.dead_letters(Show::NAME).unwrap_or_default();
        for till in tills {
            let quoted = format!("\"subject\":\"{till}\"");
            if dead.iter().any(|dead| dead.body.contains(&quoted)) {
                continue;
            }
            let label = labels.get(till, Consistency::Strong).await;
            let history = events.load::<Till>(till, AsOf::Now).await;
            let (Ok(label), Ok(history)) = (label, history) else {
                let seen = format!("{till}: its label or its history cannot be read");
                self.ledger.violation(Rule::ViewsFollow, seen);
                continue;
            };
            let due = Label {
                coins: history.state.coins,
                shown: (1..=history.version).collect(),
            };
            if label.view.as_ref() != Some(&due) {
                let seen = format!("{till}: {due:?} is due, and {label:?} is shown");
                self.ledger.violation(Rule::ViewsFollow, seen);
            }
        }
    }
}
