//! The whole system: every publisher, query and consumer, a line each. The local run, the catalogue and with it the
//! infrastructure are made from this list.

use billing::CreateInvoice;
use insights::TrackAnalytics;
use notifications::SendOrderConfirmation;
use orders::PlaceOrder;
use tidings_core::catalogue::{EVENTS, OUTBOX};

use crate::registry::Registry;

/// The storefront.
pub fn storefront() -> Registry {
    Registry::new("storefront")
        .publisher(|world| PlaceOrder {
            events: world.events(),
        })
        .consumer(|_| CreateInvoice)
        .consumer(|world| SendOrderConfirmation {
            mailer: world.mailer(),
        })
        .consumer(|_| TrackAnalytics)
        .relay("relay-outbox", platform::SERVICE, &OUTBOX)
        .sweeper("sweep-outbox", platform::SERVICE, &OUTBOX)
        .relay("relay-events", platform::SERVICE, &EVENTS)
        .sweeper("sweep-events", platform::SERVICE, &EVENTS)
}
