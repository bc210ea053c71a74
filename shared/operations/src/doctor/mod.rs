//! A doctor of a system: goes through everything that alarms watch, and says what to do first.
//!
//! A check a file: [`letters`], [`queues`], [`pauses`], [`pending`], [`alarms`]. Each [`examines`](Examined) one thing and says what it
//! found, that it cannot be made where it runs, or that something did not answer. A [`Diagnosis`] puts the findings in the order in
//! which somebody should do something about them, each with the command to run. Nothing is changed.
//!
//! What the desk does not reach, the caller looks into and adds ([`Diagnosis::add`]): alarms that ring, and what was deployed otherwise.

pub mod alarms;
mod finding;
mod letters;
mod pauses;
mod pending;
mod queues;
mod site;

use std::time::Duration;

pub use alarms::Ringing;
pub use finding::{Checked, Diagnosis, Examined, Finding, Outcome, Urgency};
pub use site::Site;

use crate::Desk;

/// A table whose events a relay publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relayed {
    /// The name of the table, as DynamoDB knows it.
    pub table: String,
    /// The relay, by its name in the catalogue.
    pub relay: String,
}

/// Who examines a system.
pub struct Doctor<'d> {
    desk: &'d Desk,
    site: &'d Site,
    relayed: Vec<Relayed>,
    watch: Duration,
}

impl<'d> Doctor<'d> {
    /// A doctor at this desk, which is where the site says.
    #[must_use]
    pub fn new(desk: &'d Desk, site: &'d Site, relayed: Vec<Relayed>) -> Self {
        Self {
            desk,
            site,
            relayed,
            watch: Duration::from_secs(5),
        }
    }

    /// How long queues are watched, to tell whether anybody fetches from them; five seconds unless it is said.
    #[must_use]
    pub fn watching(self, watch: Duration) -> Self {
        Self { watch, ..self }
    }

    /// Goes through everything that the desk reaches.
    pub async fn examine(&self) -> Diagnosis {
        let mut diagnosis = Diagnosis::default();
        diagnosis.add(letters::CHECK, letters::examine(self.desk, self.site).await);
        let (queues, pauses) = tokio::join!(
            queues::examine(self.desk, self.site, self.watch),
            pauses::examine(self.desk, self.site),
        );
        diagnosis.add(queues::CHECK, queues);
        diagnosis.add(pauses::CHECK, pauses);
        let left_over = pending::read(self.desk, &self.relayed).await;
        diagnosis.add(pending::RELAY, pending::relays(self.desk, self.site, &left_over));
        diagnosis.add(pending::STUCK, pending::stuck(self.desk, self.site, &left_over));
        diagnosis
    }
}
