//! `sweep-checkouts`: ends the checkouts that a crash has left unfinished, once a minute.

use std::time::Duration;

use jiff::Timestamp;
use storefront_contracts::{InventoryReserved, OrderPlaced, OrderRefused, PaymentProcessed, PaymentRefused};
use tidings_aws::{ScheduledFunction, schedule::RunBySchedule};
use tidings_core::{
    Event as _, EventType, Failure,
    catalogue::{Access, EVENTS, Resource, Scheduled, Settings},
};

use crate::{
    checkout::{CHECKOUTS, Checkouts, GRACE, checkouts},
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
        Resource::Table(&EVENTS, Access::Append),
        Resource::Table(&CHECKOUTS, Access::ReadWrite),
        Resource::Table(&CHECKOUTS, Access::List),
        Resource::Table(&STOCK, Access::Write),
        Resource::Secret("stripe"),
    ];
    const PUBLISHES: &'static [EventType] = &ENDED_BY_CHECKOUT;
}

/// The Lambda function `sweep-checkouts`.
#[must_use]
pub fn function() -> ScheduledFunction<SweepCheckouts> {
    ScheduledFunction::new(async |setting| {
        Ok(SweepCheckouts {
            checkouts: checkouts(setting).await?,
        })
    })
}

/// What a checkout states at its end.
pub(crate) const ENDED_BY_CHECKOUT: [EventType; 5] = [
    OrderPlaced::EVENT_TYPE,
    PaymentProcessed::EVENT_TYPE,
    InventoryReserved::EVENT_TYPE,
    PaymentRefused::EVENT_TYPE,
    OrderRefused::EVENT_TYPE,
];

impl RunBySchedule for SweepCheckouts {
    async fn run(&self, deadline: Timestamp) -> Result<(), Failure> {
        let swept = self.checkouts.sweep(GRACE, deadline).await?;
        swept.complete()?;
        Ok(())
    }
}
