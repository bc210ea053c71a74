//! A read model of the tills, kept by a consumer that takes their events as they come.

use serde::{Deserialize, Serialize};
use tidings_aws::projection::Projector;
use tidings_core::{
    Consumer, Context, Envelope, Failure, Natural, Projection, Version,
    catalogue::{Resource, Table},
    consumer::guarantee,
};

use crate::{
    consumers::Moods,
    till::{Till, TillEvent},
};

/// Where the labels are.
pub const SHELF: Table = Table::new("shelf", "simulator", "till");

/// What stands on a till, and which events say so: one that was applied twice, or in another order, shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    /// What is in it.
    pub coins: i64,
    /// The events that it shows.
    pub shown: Vec<Version>,
}

/// The read model.
#[derive(Debug)]
pub enum Shelf {}

impl Projection for Shelf {
    const NAME: &'static str = "shelf";
    const TABLE: &'static Table = &SHELF;
    type Of = Till;
    type View = Label;

    fn apply(label: Option<Label>, event: TillEvent, envelope: &Envelope) -> Option<Label> {
        let mut label = label.unwrap_or_default();
        label.coins += match event {
            TillEvent::CoinsAdded(added) => i64::from(added.coins),
            TillEvent::CoinsTaken(taken) => -i64::from(taken.coins),
        };
        label.shown.extend(envelope.aggregateversion);
        Some(label)
    }
}

/// Natural: keeps the labels.
pub struct Show {
    /// Its moods.
    pub moods: Moods,
    /// What it keeps them with.
    pub projector: Projector<Shelf>,
}

impl Consumer for Show {
    const NAME: &'static str = "show";
    const SERVICE: &'static str = "simulator";
    const USES: &'static [Resource] = Projector::<Shelf>::USES;
    type Event = TillEvent;
    type Guarantee = guarantee::Natural;
}

impl Natural for Show {
    async fn perform(&self, _: TillEvent, context: &Context) -> Result<(), Failure> {
        self.moods.perform(false)?;
        self.projector.take(&context.envelope).await
    }
}
