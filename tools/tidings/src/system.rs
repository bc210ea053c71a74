//! The whole system: its services, a line each. The local run, the catalogue and with it the infrastructure are made from this list; what
//! a service consists of, it says itself.

use tidings_aws::System;

/// The storefront.
pub fn storefront() -> System {
    System::new("storefront")
        .service(orders::service())
        .service(accounts::service())
        .service(billing::service())
        .service(shipping::service())
        .service(notifications::service())
        .service(insights::service())
        .service(platform::service())
}
