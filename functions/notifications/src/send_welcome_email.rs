//! `send-welcome-email`: a mail to who has signed up.
//!
//! Leased: sending is an effect outside, and mail providers take no idempotency key, so a crash between
//! sending and recording can send it twice. Who has been erased gets no mail, and the event is done.

use std::sync::Arc;

use storefront_contracts::{Plan, UserSignedUp};
use storefront_mail::mailer;
use storefront_providers::{Mail, Mailer};
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Consumer, Context, Effects, Failure, Leased, Repeat, Unread,
    catalogue::{Access, Resource},
    consumer::guarantee,
};
use tracing::info;

use crate::addressed::addressed;

/// The consumer.
pub struct SendWelcomeEmail {
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
}

impl Consumer for SendWelcomeEmail {
    const NAME: &'static str = "send-welcome-email";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Mail, Resource::Personal(Access::Read)];
    type Event = UserSignedUp;
    type Guarantee = guarantee::Leased;
}

/// The Lambda function `send-welcome-email`.
#[must_use]
pub fn function() -> ConsumerFunction<SendWelcomeEmail> {
    ConsumerFunction::new(async |setting| {
        Ok(SendWelcomeEmail {
            mailer: mailer(setting)?,
        })
    })
}

impl Leased for SendWelcomeEmail {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, user: UserSignedUp, _: &Context) -> Result<Effects, Failure> {
        match welcome(&user) {
            Ok(mail) => self.mailer.send(&addressed(mail)?).await?,
            Err(Unread::Erased) => {
                info!(
                    user_id = user.user_id,
                    "no welcome: who signed up has been erased"
                );
                return Ok(Effects::none().unasked());
            }
            Err(sealed @ Unread::Sealed) => {
                return Err(Failure::permanent(sealed.to_string()).of_class("Sealed"));
            }
        }
        Ok(Effects::none())
    }
}

fn welcome(user: &UserSignedUp) -> Result<Mail, Unread> {
    let (to, name) = (user.email.read()?, user.name.read()?);
    let plan = match user.plan {
        Plan::Free => "",
        Plan::Plus => " Delivery is free for you from now on.",
    };
    Ok(Mail {
        to: to.clone(),
        subject: "Welcome".to_owned(),
        text: format!("Welcome, {name}.\n\nThank you for signing up.{plan}\n"),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tidings_testkit::{Bench, Ended, given, time::MOMENT};

    use super::*;

    /// Keeps mails.
    #[derive(Default)]
    struct Outbox(Mutex<Vec<Mail>>);

    #[async_trait::async_trait]
    impl Mailer for Outbox {
        async fn send(&self, mail: &Mail) -> Result<(), Failure> {
            self.0.lock().unwrap().push(mail.clone());
            Ok(())
        }
    }

    impl Outbox {
        fn mails(&self) -> Vec<Mail> {
            self.0.lock().unwrap().clone()
        }
    }

    fn consumer() -> (Arc<Outbox>, SendWelcomeEmail) {
        let outbox: Arc<Outbox> = Arc::default();
        let mailer = outbox.clone();
        (outbox, SendWelcomeEmail { mailer })
    }

    fn ada(plan: Plan) -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan,
        }
    }

    #[tokio::test]
    async fn the_mail_names_who_signed_up_and_what_the_plan_gives() {
        let (outbox, consumer) = consumer();
        given(&ada(Plan::Free)).by(&consumer).await.does_nothing_else();
        given(&ada(Plan::Plus)).by(&consumer).await.does_nothing_else();
        let [free, plus] = outbox.mails().try_into().unwrap();
        assert_eq!(free.to, "ada@example.com");
        assert!(free.text.contains("Welcome, Ada.") && !free.text.contains("Delivery"));
        assert!(plus.text.contains("Delivery is free"));
    }

    #[tokio::test]
    async fn sealed_values_are_opened_a_duplicate_sends_nothing_and_who_has_been_erased_gets_no_mail() {
        let bench = Bench::open().await;
        let (outbox, consumer) = consumer();
        let worker = bench.worker(consumer).await;
        let signed_up = bench.sealed(&ada(Plan::Free)).await;
        assert_eq!(worker.deliver([&signed_up]).await, [Ended::Done]);
        assert_eq!(worker.deliver([&signed_up]).await, [Ended::Duplicate]);
        assert_eq!(outbox.mails().len(), 1);

        bench.person_keys().forget("u-1", MOMENT).await.unwrap();
        let other = bench
            .worker(SendWelcomeEmail {
                mailer: outbox.clone(),
            })
            .await;
        assert_eq!(
            other.deliver([signed_up.id("another event")]).await,
            [Ended::Done]
        );
        assert_eq!(outbox.mails().len(), 1, "no other mail");
    }

    #[tokio::test]
    async fn a_value_that_nobody_has_opened_is_a_mistake_and_no_reason_to_send_nothing() {
        let bench = Bench::open().await;
        let (outbox, consumer) = consumer();
        let failed = bench.sealed(&ada(Plan::Free)).await.by(&consumer).await;
        assert_eq!(failed.failure().map(Failure::class), Some("Sealed"));
        assert!(outbox.mails().is_empty());
    }
}
