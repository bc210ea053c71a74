//! Whom a mail goes to, as a mail provider takes it.

use storefront_contracts::deliverable;
use storefront_providers::Mail;
use tidings_core::Failure;

/// The mail with its address as a provider takes it: a domain of another script in Punycode.
///
/// # Errors
/// A permanent failure where the address is none: an event that was stated before addresses were looked at so closely.
pub(crate) fn addressed(mail: Mail) -> Result<Mail, Failure> {
    let none = || Failure::permanent("the address is none that mail can be sent to").of_class("NoAddress");
    Ok(Mail {
        to: deliverable(&mail.to).ok_or_else(none)?,
        ..mail
    })
}
