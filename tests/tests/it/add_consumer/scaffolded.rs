//! What `tidings new` makes, in a copy of this checkout.

use std::{path::Path, process::Command};

use tidings_tests::{checkout::run, worker::tidings};

use super::Added;

/// One in a service that is there.
pub const COUNT_ORDERS: Added = Added {
    name: "count-orders",
    stack: "storefront-insights",
    takes: "order.placed",
    environment: &[("TABLE_COUNT_ORDERS", "storefront-count-orders")],
};
/// One in a service that is new.
pub const GREET_BUYERS: Added = Added {
    name: "greet-buyers",
    stack: "storefront-gift-cards",
    takes: "order.placed",
    environment: &[],
};
/// An event that is new.
pub const EVENT: &str = "parcel.went_missing";
/// What states it: a publisher that is new.
pub const REPORT_PARCEL: &str = "report-missing-parcel";

/// Makes an event, a service, two consumers and a publisher, as somebody would at a shell.
pub fn make(copy: &Path) -> anyhow::Result<()> {
    let orders = COUNT_ORDERS.takes;
    let made: [&[&str]; 5] = [
        &["event", EVENT, "--service", "shipping"],
        &["service", "gift-cards"],
        &[
            "consumer",
            COUNT_ORDERS.name,
            "--service",
            "insights",
            "--takes",
            orders,
        ],
        &[
            "consumer",
            GREET_BUYERS.name,
            "--service",
            "gift-cards",
            "--takes",
            orders,
            "--guarantee",
            "leased",
        ],
        &[
            "publisher",
            REPORT_PARCEL,
            "--service",
            "shipping",
            "--states",
            EVENT,
        ],
    ];
    let tidings = tidings()?;
    for arguments in made {
        run(Command::new(&tidings)
            .arg("new")
            .args(arguments)
            .current_dir(copy))?;
    }
    Ok(())
}
