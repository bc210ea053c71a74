//! `create-profile`: what the shop shows a user of themselves, from their sign-up on.
//!
//! Transactional: the profile is made once. It holds nothing personal: name and address change, and have their one place in the user's
//! own events, so that neither a change nor an erasure has to follow a copy here.

use serde_json::json;
use storefront_contracts::UserSignedUp;
use tidings_aws::ConsumerFunction;
use tidings_core::{
    Condition, Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
    effects::Otherwise,
};

/// The profiles, by user.
pub const PROFILES: Table = Table::new("profiles", crate::SERVICE, "userId");

/// The consumer.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateProfile;

impl Consumer for CreateProfile {
    const NAME: &'static str = "create-profile";
    const SERVICE: &'static str = crate::SERVICE;
    const USES: &'static [Resource] = &[Resource::Table(&PROFILES, Access::Write)];
    type Event = UserSignedUp;
    type Guarantee = guarantee::Transactional;
}

/// The Lambda function `create-profile`.
#[must_use]
pub fn function() -> ConsumerFunction<CreateProfile> {
    ConsumerFunction::new(async |_| Ok(CreateProfile))
}

impl Transactional for CreateProfile {
    fn decide(&self, user: UserSignedUp, context: &Context) -> Result<Effects, Failure> {
        let profile = json!({
            "userId": user.user_id,
            "plan": user.plan,
            "memberSince": context.envelope.time.unwrap_or(context.now),
        });
        // Whatever tells of the sign-up again, the profile that there is may have been changed since.
        let once = Condition::Absent(PROFILES.partition_key);
        Ok(Effects::none().put_if(&PROFILES, &profile, once, Otherwise::Superseded)?)
    }
}

#[cfg(test)]
mod tests {
    use storefront_contracts::Plan;
    use tidings_testkit::{Bench, Ended, given};

    use super::*;

    fn ada() -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan: Plan::Plus,
        }
    }

    #[test]
    fn a_profile_says_since_when_and_with_which_plan_and_nothing_personal() {
        let profile = json!({ "userId": "u-1", "plan": "plus", "memberSince": "2026-01-15T10:00:00Z" });
        given(&ada())
            .at("2026-01-15T10:00:00Z")
            .handled_at("2026-01-15T10:00:09Z")
            .by(&CreateProfile)
            .puts_if(
                &PROFILES,
                &profile,
                Condition::Absent("userId"),
                Otherwise::Superseded,
            )
            .does_nothing_else();
    }

    #[tokio::test]
    async fn a_user_has_one_profile_whatever_tells_of_the_sign_up() {
        let bench = Bench::open().await;
        let worker = bench.worker(CreateProfile).await;
        let signed_up = bench.sealed(&ada()).await;
        let later = signed_up.clone().id("another event").at("2026-02-01T00:00:00Z");
        let batch = [signed_up.clone(), signed_up, later];
        assert_eq!(
            worker.deliver(batch).await,
            [Ended::Done, Ended::Duplicate, Ended::Done]
        );
        let profile = json!({ "userId": "u-1", "plan": "plus", "memberSince": "2026-01-15T10:00:00Z" });
        assert_eq!(bench.rows(&PROFILES).await, [profile]);
    }
}
