//! The whole system: every publisher and every consumer, a line each. The local run, the catalogue and with it the
//! infrastructure are made from this list.

use billing::CreateInvoice;
use insights::TrackAnalytics;
use notifications::SendOrderConfirmation;
use orders::PlaceOrder;

use crate::registry::Registry;

/// The storefront.
pub fn storefront() -> Registry {
    Registry::new("storefront")
        .publisher(|world| PlaceOrder {
            events: world.topic(),
            keyring: world.keyring(),
            clock: world.clock(),
            entropy: world.entropy(),
        })
        .consumer(|_| CreateInvoice)
        .consumer(|world| SendOrderConfirmation {
            mailer: world.mailer(),
        })
        .consumer(|_| TrackAnalytics)
        .relay("relay-outbox", platform::SERVICE)
        .sweeper("sweep-outbox", platform::SERVICE)
}
