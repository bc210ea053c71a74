//! The providers of this process, as its environment says: one constructor a port.

use std::{env, io, sync::Arc};

use aws_types::SdkConfig;
use tidings_aws::Setting;
use tidings_core::catalogue::Resource;

use crate::{
    BadAddress, BadKey, ChargeCards, Chat, CreateCustomers, NoHttp, NoSecret, Notify, Outside, RefundCharges,
    Stripe, Wanted, Warehouse,
    http::{Address, Http},
    secret::{Field, Secret},
    slack::Slack,
    stripe::API,
    webhook::{SignedWebhook, SigningKeys},
};

/// Stripe's key; its address, where it is another one (a counterpart in tests).
const STRIPE: Wanted = wanted("stripe", &[Field::Key]);
/// The address of Slack's webhook.
const SLACK: Wanted = wanted("slack", &[Field::Url]);
/// The address of a signed webhook, and the key that signs.
const WAREHOUSE: Wanted = webhook("warehouse");
const CRM: Wanted = webhook("crm");
const AFFILIATES: Wanted = webhook("affiliates");

const fn webhook(name: &'static str) -> Wanted {
    wanted(name, &[Field::Url, Field::Key])
}

const fn wanted(name: &'static str, fields: &'static [Field]) -> Wanted {
    Wanted { name, fields }
}

/// Says what a variable of the environment is, if it is set.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Makes providers: from the environment, or from what stands for it.
#[derive(Clone)]
pub struct Providers {
    config: SdkConfig,
    variable: Arc<Variable>,
}

impl Providers {
    /// Those that the environment of this process says. An empty variable counts as not set.
    #[must_use]
    pub fn of_this_process(config: &SdkConfig) -> Self {
        Self::said_by(config, |name| {
            env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    /// Those that `variable` says in the environment's place.
    #[must_use]
    pub fn said_by(
        config: &SdkConfig,
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: config.clone(),
            variable: Arc::new(variable),
        }
    }

    /// The SDK's configuration of this process.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// What the environment, or what stands for it, says by this variable.
    #[must_use]
    pub fn said(&self, variable: &str) -> Option<String> {
        (self.variable)(variable)
    }

    /// Stripe, by the secret `stripe`: charges cards, gives charges back, makes customers.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn stripe(&self) -> Result<Stripe, NoProvider> {
        let secret = self.secret(STRIPE).await?;
        let address = address(STRIPE, &secret)?;
        let address = match address {
            Some(address) => address,
            None => Address::parse(&API.into()).map_err(bad_address(STRIPE))?,
        };
        let key = secret.key.ok_or(NoSecret::NotSaid { wanted: STRIPE })?;
        Ok(Stripe::new(Http::of_this_process()?, address, key))
    }

    /// Writes into a channel: Slack, by the secret `slack`.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn chat(&self) -> Result<Arc<dyn Chat>, NoProvider> {
        let secret = self.secret(SLACK).await?;
        let address = address(SLACK, &secret)?.ok_or(NoSecret::NotSaid { wanted: SLACK })?;
        Ok(Arc::new(Slack::new(Http::of_this_process()?, address)))
    }

    /// Has parcels packed: a signed webhook, by the secret `warehouse`.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn warehouse(&self) -> Result<Arc<dyn Warehouse>, NoProvider> {
        Ok(Arc::new(self.webhook(WAREHOUSE, "the warehouse").await?))
    }

    /// Tells the CRM: a signed webhook, by the secret `crm`.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn crm(&self) -> Result<Arc<dyn Notify>, NoProvider> {
        Ok(Arc::new(self.webhook(CRM, "the CRM").await?))
    }

    /// Tells the affiliates: a signed webhook, by the secret `affiliates`.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn affiliates(&self) -> Result<Arc<dyn Notify>, NoProvider> {
        Ok(Arc::new(self.webhook(AFFILIATES, "the affiliate network").await?))
    }

    /// Everybody whom these uses declare and who is asked over HTTP, and nobody else: mail and invoices are added by who links them.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub async fn outside(&self, uses: &[Resource]) -> Result<Outside, NoProvider> {
        let mut outside = Outside::nobody();
        for resource in uses {
            match resource {
                Resource::Secret("stripe") => {
                    let stripe = Arc::new(self.stripe().await?);
                    outside.cards = stripe.clone();
                    outside.refunds = stripe.clone();
                    outside.customers = stripe;
                }
                Resource::Secret("slack") => outside.chat = self.chat().await?,
                Resource::Secret("warehouse") => outside.warehouse = self.warehouse().await?,
                Resource::Secret("crm") => outside.crm = self.crm().await?,
                Resource::Secret("affiliates") => outside.affiliates = self.affiliates().await?,
                Resource::Secret(name) => return Err(NoProvider::Unknown((*name).to_owned())),
                _ => {}
            }
        }
        Ok(outside)
    }

    async fn webhook(&self, wanted: Wanted, called: &'static str) -> Result<SignedWebhook, NoProvider> {
        let secret = self.secret(wanted).await?;
        let address = address(wanted, &secret)?.ok_or(NoSecret::NotSaid { wanted })?;
        let key = secret.key.ok_or(NoSecret::NotSaid { wanted })?;
        let key = SigningKeys::parse(&key).map_err(|why| NoProvider::Key {
            secret: wanted.name,
            why,
        })?;
        Ok(SignedWebhook::new(Http::of_this_process()?, called, address, key))
    }

    async fn secret(&self, wanted: Wanted) -> Result<Secret, NoSecret> {
        Secret::read(wanted, &self.config, &*self.variable).await
    }
}

fn address(wanted: Wanted, secret: &Secret) -> Result<Option<Address>, NoProvider> {
    secret.address().map_err(bad_address(wanted))
}

fn bad_address(wanted: Wanted) -> impl Fn(BadAddress) -> NoProvider {
    move |why| NoProvider::Address {
        secret: wanted.name,
        why,
    }
}

// A function names the provider that it reaches, and links no other. What stands in for the outside world, in a local run or a worker, is asked first.

/// What charges cards; see [`Providers::stripe`].
///
/// # Errors
/// [`NoProvider`].
pub async fn cards(setting: &Setting) -> Result<Arc<dyn ChargeCards>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.cards),
        None => Ok(Arc::new(of_this_process(setting).stripe().await?)),
    }
}

/// What gives charges back; see [`Providers::stripe`].
///
/// # Errors
/// [`NoProvider`].
pub async fn refunds(setting: &Setting) -> Result<Arc<dyn RefundCharges>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.refunds),
        None => Ok(Arc::new(of_this_process(setting).stripe().await?)),
    }
}

/// What makes customers at the payment provider; see [`Providers::stripe`].
///
/// # Errors
/// [`NoProvider`].
pub async fn customers(setting: &Setting) -> Result<Arc<dyn CreateCustomers>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.customers),
        None => Ok(Arc::new(of_this_process(setting).stripe().await?)),
    }
}

/// The channel of those who sell; see [`Providers::chat`].
///
/// # Errors
/// [`NoProvider`].
pub async fn chat(setting: &Setting) -> Result<Arc<dyn Chat>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.chat),
        None => of_this_process(setting).chat().await,
    }
}

/// The warehouse; see [`Providers::warehouse`].
///
/// # Errors
/// [`NoProvider`].
pub async fn warehouse(setting: &Setting) -> Result<Arc<dyn Warehouse>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.warehouse),
        None => of_this_process(setting).warehouse().await,
    }
}

/// The CRM; see [`Providers::crm`].
///
/// # Errors
/// [`NoProvider`].
pub async fn crm(setting: &Setting) -> Result<Arc<dyn Notify>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.crm),
        None => of_this_process(setting).crm().await,
    }
}

/// Those who brought the customer; see [`Providers::affiliates`].
///
/// # Errors
/// [`NoProvider`].
pub async fn affiliates(setting: &Setting) -> Result<Arc<dyn Notify>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.affiliates),
        None => of_this_process(setting).affiliates().await,
    }
}

fn of_this_process(setting: &Setting) -> Providers {
    Providers::of_this_process(setting.config())
}

/// Why there is no such provider. A function that gets one does not start.
#[derive(Debug, thiserror::Error)]
pub enum NoProvider {
    /// Nobody to send from.
    #[error(
        "neither MAIL_FROM (the SES identity to send from) nor MAIL_FOLDER (a folder for .eml files) is set"
    )]
    NoSender,
    /// Nowhere to keep invoices.
    #[error("neither BUCKET_INVOICES (a bucket) nor INVOICES_FOLDER (a folder) is set")]
    NoBucket,
    /// Nobody is known by this name.
    #[error("there is no provider for what is declared as {0}")]
    Unknown(String),
    /// A folder cannot be made.
    #[error("the folder cannot be made: {0}")]
    Folder(#[from] io::Error),
    /// Its secret cannot be had.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// Its secret has an address that no call goes to.
    #[error("the secret {secret}: {why}")]
    Address {
        /// Which.
        secret: &'static str,
        /// Why.
        why: BadAddress,
    },
    /// Its secret has a key that signs nothing.
    #[error("the secret {secret}: {why}")]
    Key {
        /// Which.
        secret: &'static str,
        /// Why.
        why: BadKey,
    },
    /// No call can be made.
    #[error(transparent)]
    Http(#[from] NoHttp),
}
