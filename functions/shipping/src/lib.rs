//! The shipping service: what shipping costs, and parcels.
//!
//! A parcel goes where shipping's own copy of the customer says ([`customer_copies`], kept by `keep-customer-copy`); `create-shipment` has it packed, and `call-off-shipment` has
//! it unpacked, or keeps it from being packed, where the order is called off.

pub mod call_off_shipment;
pub mod create_shipment;
pub mod customer_copies;
pub mod get_shipment;
pub mod get_shipping_quote;
pub mod handle_quote_shipping;
pub mod keep_customer_copy;
pub mod shipments;
mod tariff;

pub use call_off_shipment::CallOffShipment;
pub use create_shipment::CreateShipment;
pub use customer_copies::CustomerCopies;
pub use get_shipment::GetShipment;
pub use get_shipping_quote::GetShippingQuote;
pub use handle_quote_shipping::HandleQuoteShipping;
pub use keep_customer_copy::KeepCustomerCopy;
pub use shipments::Shipments;

use storefront_contracts::{QuoteShipping, ShipmentCreated};
use tidings_aws::Service;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// What the service consists of.
#[must_use]
pub fn service() -> Service {
    Service::new(SERVICE)
        .event::<ShipmentCreated>()
        .command::<QuoteShipping>()
        .query(get_shipping_quote::function())
        .query(get_shipment::function())
        .consumer(handle_quote_shipping::function())
        .consumer(keep_customer_copy::function())
        .consumer(create_shipment::function())
        .consumer(call_off_shipment::function())
}
