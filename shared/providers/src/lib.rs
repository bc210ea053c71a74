//! The outside world of the storefront, behind ports one verb wide. A provider's documented errors become
//! transient or permanent failures here, and nowhere else.
//!
//! A port (`cards.rs`, `chat.rs`, …) says what a consumer asks for; an adapter (`stripe`, `slack.rs`, `webhook`, …) asks a provider, once:
//! what comes back is retried by the consumer's runtime. Mail and documents have a port here, and their adapters, with clients of AWS, in crates
//! of their own (`storefront-mail`, `storefront-documents`). [`Providers`] makes the adapters from the environment and the secrets of the process.

mod cards;
mod cards_in_memory;
mod chat;
mod customers;
mod documents;
mod http;
mod mail;
mod notify;
mod outside;
mod providers;
mod secret;
mod slack;
mod stripe;
mod warehouse;
mod webhook;

pub use cards::{Charge, ChargeCards, ChargeError, Found, RefundCharges, is_card};
pub use cards_in_memory::{CardsInMemory, Charged};
pub use chat::Chat;
pub use customers::{CreateCustomers, NewCustomer};
pub use documents::KeepDocuments;
pub use http::{BadAddress, NoHttp};
pub use mail::{Mail, Mailer};
pub use notify::{Notice, Notify};
pub use outside::Outside;
pub use providers::{NoProvider, Providers, affiliates, cards, chat, crm, customers, refunds, warehouse};
pub use secret::{Field, NoSecret, Wanted};
pub use stripe::Stripe;
pub use warehouse::{Booked, Packed, Parcel, Unwanted, Warehouse};
pub use webhook::BadKey;
