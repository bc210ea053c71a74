//! The providers, as a function's environment says: one constructor a port.

use std::sync::Arc;

use aws_config::SdkConfig;

use crate::{
    ChargeCards, Chat, CreateCustomers, KeepDocuments, NoProvider, Notify, RefundCharges, Warehouse,
};

/// Charges cards: Stripe, by the secret `stripe`.
///
/// # Errors
/// [`NoProvider`].
pub async fn cards(_config: &SdkConfig) -> Result<Arc<dyn ChargeCards>, NoProvider> {
    Err(NoProvider::NotYet("stripe"))
}

/// Gives charges back: Stripe, by the secret `stripe`.
///
/// # Errors
/// [`NoProvider`].
pub async fn refunds(_config: &SdkConfig) -> Result<Arc<dyn RefundCharges>, NoProvider> {
    Err(NoProvider::NotYet("stripe"))
}

/// Makes customers: Stripe, by the secret `stripe`.
///
/// # Errors
/// [`NoProvider`].
pub async fn customers(_config: &SdkConfig) -> Result<Arc<dyn CreateCustomers>, NoProvider> {
    Err(NoProvider::NotYet("stripe"))
}

/// Writes into a channel: Slack, by the secret `slack`.
///
/// # Errors
/// [`NoProvider`].
pub async fn chat(_config: &SdkConfig) -> Result<Arc<dyn Chat>, NoProvider> {
    Err(NoProvider::NotYet("slack"))
}

/// Has parcels packed: a signed webhook, by the secret `warehouse`.
///
/// # Errors
/// [`NoProvider`].
pub async fn warehouse(_config: &SdkConfig) -> Result<Arc<dyn Warehouse>, NoProvider> {
    Err(NoProvider::NotYet("warehouse"))
}

/// Tells the CRM: a signed webhook, by the secret `crm`.
///
/// # Errors
/// [`NoProvider`].
pub async fn crm(_config: &SdkConfig) -> Result<Arc<dyn Notify>, NoProvider> {
    Err(NoProvider::NotYet("crm"))
}

/// Tells the affiliates: a signed webhook, by the secret `affiliates`.
///
/// # Errors
/// [`NoProvider`].
pub async fn affiliates(_config: &SdkConfig) -> Result<Arc<dyn Notify>, NoProvider> {
    Err(NoProvider::NotYet("affiliates"))
}

/// Keeps invoices: the bucket `BUCKET_INVOICES`, or the folder `INVOICES_FOLDER`.
///
/// # Errors
/// [`NoProvider`].
pub fn invoices(_config: &SdkConfig) -> Result<Arc<dyn KeepDocuments>, NoProvider> {
    Err(NoProvider::NotYet("invoices"))
}
