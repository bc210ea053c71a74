//! The whole system: its services, a line each. The local run, the catalogue and with it the infrastructure are made from this list; what
//! a service consists of, it says itself.

use tidings_aws::System;
use tidings_catalogue::Document;
use tidings_core::contract::Released;

// `EVENTS`: every file of `events/`, by its path there.
include!(concat!(env!("OUT_DIR"), "/events.rs"));

/// The storefront.
pub fn storefront() -> System {
    System::new("storefront")
        .released(Released::new(EVENTS))
        .service(orders::service())
        .service(accounts::service())
        .service(billing::service())
        .service(shipping::service())
        .service(notifications::service())
        .service(insights::service())
        .service(platform::service())
}

/// The catalogue document of a system, as typed data.
pub fn document(system: &System) -> Document {
    let document = serde_json::to_value(system.catalogue()).and_then(serde_json::from_value);
    document.expect("the catalogue is a catalogue document")
}
