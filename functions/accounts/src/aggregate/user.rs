//! The user: signs up once, and may change name and address.

use http::StatusCode;
use storefront_contracts::{Plan, UserEmailChanged, UserRenamed, UserSignedUp, is_address};
use tidings_aws::http::{FieldError, Problem};
use tidings_core::{Aggregate, Personal, events};

events! {
    /// What happens to a user.
    pub enum UserEvent { UserSignedUp, UserRenamed, UserEmailChanged }
}

/// A user, as their events make them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    signed_up: Option<Profile>,
}

/// A user who has signed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// How they want to be called.
    pub name: Personal<String>,
    /// Where mail reaches them.
    pub email: Personal<String>,
    /// What they pay for.
    pub plan: Plan,
}

/// What can be asked of a user.
#[derive(Debug, Clone)]
pub enum UserCommand {
    /// Signs them up.
    SignUp(UserSignedUp),
    /// Gives them another name.
    Rename(UserRenamed),
    /// Gives them another address.
    ChangeEmail(UserEmailChanged),
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserRefusal {
    /// They have signed up before.
    #[error("the user has signed up before")]
    AlreadySignedUp,
    /// Nobody of this id has signed up.
    #[error("there is no user {0}")]
    Unknown(String),
    /// Somebody else asks.
    #[error("the user is somebody else")]
    NotYou,
    /// That is no name.
    #[error("must have 1 to {LONGEST_NAME} characters")]
    Name,
    /// That is no address.
    #[error("must be a mail address")]
    Email,
}

/// Characters of a name, at most.
pub const LONGEST_NAME: usize = 200;

impl User {
    /// The user, once they have signed up.
    #[must_use]
    pub fn signed_up(&self) -> Option<&Profile> {
        self.signed_up.as_ref()
    }

    fn known(&self, id: &str) -> Result<&Profile, UserRefusal> {
        self.signed_up()
            .ok_or_else(|| UserRefusal::Unknown(id.to_owned()))
    }
}

/// Users see and change only themselves. A caller whom nobody names is no user.
///
/// # Errors
/// When the caller is somebody else, or nobody who is known.
pub fn only_themselves(id: &str, caller: Option<&str>) -> Result<(), UserRefusal> {
    let same = caller == Some(id);
    same.then_some(()).ok_or(UserRefusal::NotYou)
}

/// Whether somebody can be called so.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME
}

fn named(name: &Personal<String>) -> Result<(), UserRefusal> {
    name.known()
        .is_some_and(|name| is_name(name))
        .then_some(())
        .ok_or(UserRefusal::Name)
}

fn addressed(email: &Personal<String>) -> Result<(), UserRefusal> {
    let fits = |email: &String| is_address(email);
    email
        .known()
        .is_some_and(fits)
        .then_some(())
        .ok_or(UserRefusal::Email)
}

impl Aggregate for User {
    const TYPE: &'static str = "user";
    type Event = UserEvent;
    type Command = UserCommand;
    type Refusal = UserRefusal;

    fn decide(&self, command: &UserCommand) -> Result<Vec<UserEvent>, UserRefusal> {
        Ok(match command {
            UserCommand::SignUp(signed_up) => {
                if self.signed_up.is_some() {
                    return Err(UserRefusal::AlreadySignedUp);
                }
                named(&signed_up.name)?;
                addressed(&signed_up.email)?;
                vec![signed_up.clone().into()]
            }
            UserCommand::Rename(renamed) => {
                let known = self.known(&renamed.user_id)?;
                named(&renamed.name)?;
                // Asked for what is so already, nothing happens.
                match known.name == renamed.name {
                    true => vec![],
                    false => vec![renamed.clone().into()],
                }
            }
            UserCommand::ChangeEmail(changed) => {
                let known = self.known(&changed.user_id)?;
                addressed(&changed.email)?;
                match known.email == changed.email {
                    true => vec![],
                    false => vec![changed.clone().into()],
                }
            }
        })
    }

    fn evolve(mut self, event: UserEvent) -> Self {
        match (event, &mut self.signed_up) {
            (
                UserEvent::UserSignedUp(UserSignedUp {
                    name, email, plan, ..
                }),
                signed_up,
            ) => {
                *signed_up = Some(Profile { name, email, plan });
            }
            (UserEvent::UserRenamed(renamed), Some(profile)) => profile.name = renamed.name,
            (UserEvent::UserEmailChanged(changed), Some(profile)) => profile.email = changed.email,
            // Nobody changes before they sign up.
            (UserEvent::UserRenamed(_) | UserEvent::UserEmailChanged(_), None) => {}
        }
        self
    }
}

impl From<UserRefusal> for Problem {
    fn from(refusal: UserRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            UserRefusal::AlreadySignedUp => Self::new(StatusCode::CONFLICT, detail),
            UserRefusal::NotYou => Self::new(StatusCode::FORBIDDEN, detail),
            UserRefusal::Unknown(_) => Self::not_found(detail),
            UserRefusal::Name => Self::fields(vec![FieldError::new("/name", detail)]),
            UserRefusal::Email => Self::fields(vec![FieldError::new("/email", detail)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use tidings_core::{Envelope, Versioned};

    use super::*;

    fn signed_up() -> UserSignedUp {
        UserSignedUp {
            user_id: "u-1".into(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            plan: Plan::Plus,
        }
    }

    fn renamed(name: &str) -> UserRenamed {
        UserRenamed {
            user_id: "u-1".into(),
            name: name.into(),
        }
    }

    fn email_changed(email: &str) -> UserEmailChanged {
        UserEmailChanged {
            user_id: "u-1".into(),
            email: email.into(),
        }
    }

    fn ada() -> User {
        User::default().evolve(signed_up().into())
    }

    #[test]
    fn a_user_is_made_of_three_events() {
        let user = ada()
            .evolve(renamed("Ada King").into())
            .evolve(email_changed("ada@king.example").into());
        let profile = Profile {
            name: "Ada King".into(),
            email: "ada@king.example".into(),
            plan: Plan::Plus,
        };
        assert_eq!(user.signed_up(), Some(&profile));
    }

    #[test]
    fn a_user_of_version_1_is_on_the_free_plan() {
        let old = include_str!("../../../../events/user.signed_up/v1.json");
        let user = Versioned::<User>::default()
            .then(&Envelope::parse(old).unwrap())
            .unwrap();
        assert_eq!(user.state.signed_up().unwrap().plan, Plan::Free);
    }

    #[test]
    fn who_has_signed_up_does_not_again_and_who_has_not_changes_nothing() {
        let again = UserCommand::SignUp(signed_up());
        assert_eq!(ada().decide(&again).unwrap_err(), UserRefusal::AlreadySignedUp);
        for command in [
            UserCommand::Rename(renamed("Eve")),
            UserCommand::ChangeEmail(email_changed("eve@example.com")),
        ] {
            assert_eq!(
                User::default().decide(&command).unwrap_err(),
                UserRefusal::Unknown("u-1".into())
            );
        }
    }

    #[test]
    fn what_is_so_already_is_no_event() {
        for command in [
            UserCommand::Rename(renamed("Ada")),
            UserCommand::ChangeEmail(email_changed("ada@example.com")),
        ] {
            assert!(ada().decide(&command).unwrap().is_empty());
        }
    }

    #[test]
    fn what_is_no_name_or_no_address_is_refused() {
        for name in ["", " ", &"x".repeat(201)] {
            let refused = ada().decide(&UserCommand::Rename(renamed(name))).unwrap_err();
            assert_eq!(refused, UserRefusal::Name, "{name}");
        }
        for email in ["", "ada", "@", "a@", "a b@c", "a@b@c"] {
            let refused = ada()
                .decide(&UserCommand::ChangeEmail(email_changed(email)))
                .unwrap_err();
            assert_eq!(refused, UserRefusal::Email, "{email}");
        }
        let unnamed = UserSignedUp {
            name: "".into(),
            ..signed_up()
        };
        assert_eq!(
            User::default().decide(&UserCommand::SignUp(unnamed)).unwrap_err(),
            UserRefusal::Name
        );
    }
}
