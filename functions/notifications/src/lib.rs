//! The notifications service: what customers and partners are told, and when.

mod addressed;
pub mod notify_affiliates;
pub mod notify_sales;
pub mod send_order_confirmation;
pub mod send_welcome_email;
pub mod start_post_purchase_flow;

pub use notify_affiliates::NotifyAffiliates;
pub use notify_sales::NotifySales;
pub use send_order_confirmation::SendOrderConfirmation;
pub use send_welcome_email::SendWelcomeEmail;
pub use start_post_purchase_flow::StartPostPurchaseFlow;

use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .consumer(send_order_confirmation::function())
        .consumer(send_welcome_email::function())
        .consumer(notify_sales::function())
        .consumer(notify_affiliates::function())
        .consumer(start_post_purchase_flow::function())
}
