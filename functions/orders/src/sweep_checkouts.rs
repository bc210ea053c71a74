//! `sweep-checkouts`: ends the checkouts that a crash has left unfinished, once a minute.

use std::time::Duration;

use jiff::Timestamp;
use storefront_contracts::{InventoryReserved, OrderPlaced, OrderRefused, PaymentProcessed, PaymentRefused};
use tidings_aws::schedule::RunBySchedule;
use tidings_core::{
    Event as _, EventType, Failure,
    catalogue::{Access, EVENTS, Resource, Scheduled, Settings},
};

use crate::{
    checkout::{CHECKOUTS, Checkouts, GRACE},
    stock::STOCK,
};

/// What runs by the schedule.
pub struct SweepCheckouts {
    /// What goes on with them.
    pub checkouts: Checkouts,
}

impl Scheduled for SweepCheckouts {
    const NAME: &'static str = "sweep-checkouts";
    const SERVICE: &'static str = crate::SERVICE;
    const SETTINGS: Settings = Settings {
        timeout: Duration::from_secs(30),
        ..Settings::DEFAULT
    };
    const USES: &'static [Resource] = &[
        Resource::Table(&EVENTS, Access::Write),
        Resource::Table(&CHECKOUTS, Access::ReadWrite),
        Resource::Table(&CHECKOUTS, Access::List),
        Resource::Table(&STOCK, Access::Write),
        Resource::Secret("stripe"),
    ];

    fn publishes() -> Vec<EventType> {
        ended_by_checkout()
    }
}

/// What a checkout states at its end.
pub(crate) fn ended_by_checkout() -> Vec<EventType> {
    vec![
        OrderPlaced::event_type(),
        PaymentProcessed::event_type(),
        InventoryReserved::event_type(),
        PaymentRefused::event_type(),
        OrderRefused::event_type(),
    ]
}

impl RunBySchedule for SweepCheckouts {
    async fn run(&self, deadline: Timestamp) -> Result<(), Failure> {
        let swept = self.checkouts.sweep(GRACE, deadline).await?;
        swept.complete()?;
        Ok(())
    }
}
