//! Wrapping the keys of persons without KMS: by a key in memory, or in a file beside the data.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tidings_aws::personal::{DataKey, KeyBytes, KeyWrap, NewKey, WrapError, random};

/// A wrapping key. Whoever reads it reads every person who is not erased, so it protects nothing from those who can read the data file: it
/// is for development and for tests.
pub struct MasterKey(DataKey);

impl MasterKey {
    /// A new one, which ends with the process.
    #[must_use]
    pub fn random() -> Self {
        Self::new(&random())
    }

    /// The one in this file, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// When it can be neither read nor made, or holds no key.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let key: KeyBytes = random();
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match made {
            Ok(mut file) => {
                writeln!(file, "{}", BASE64_STANDARD.encode(key))?;
                file.sync_all()?;
                Ok(Self::new(&key))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let no_key = || {
                    io::Error::new(
                        ErrorKind::InvalidData,
                        "the file holds no key of 32 bytes in base64",
                    )
                };
                let key = BASE64_STANDARD.decode(fs::read_to_string(path)?.trim());
                let key: KeyBytes = key.ok().and_then(|key| key.try_into().ok()).ok_or_else(no_key)?;
                Ok(Self::new(&key))
            }
            Err(error) => Err(error),
        }
    }

    fn new(key: &KeyBytes) -> Self {
        Self(DataKey::new(key))
    }
}

#[async_trait]
impl KeyWrap for MasterKey {
    async fn generate(&self, person: &str) -> Result<NewKey, WrapError> {
        let key: KeyBytes = random();
        let wrapped = self.0.seal(person, random(), &key);
        Ok(NewKey { key, wrapped })
    }

    async fn unwrap(&self, person: &str, wrapped: &[u8]) -> Result<KeyBytes, WrapError> {
        let never = |reason: &dyn fmt::Display| WrapError::Never(reason.to_string());
        let key = self.0.open(person, wrapped).map_err(|error| never(&error))?;
        key.try_into().map_err(|_| never(&"it is no key of 32 bytes"))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_key_is_unwrapped_for_its_person_by_the_key_that_wrapped_it() {
        let master = MasterKey::random();
        let made = master.generate("u-1").await.unwrap();
        assert_eq!(master.unwrap("u-1", &made.wrapped).await, Ok(made.key));
        for refused in [
            master.unwrap("u-2", &made.wrapped).await,
            master.unwrap("u-1", b"no key").await,
            MasterKey::random().unwrap("u-1", &made.wrapped).await,
        ] {
            assert!(matches!(refused, Err(WrapError::Never(_))), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_key_in_a_file_is_the_same_in_the_next_run_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.master-key");
        let made = MasterKey::in_file(&path).unwrap().generate("u-1").await.unwrap();
        let again = MasterKey::in_file(&path).unwrap();
        assert_eq!(again.unwrap("u-1", &made.wrapped).await, Ok(made.key));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(&path, "AQEB").unwrap();
        assert_eq!(
            MasterKey::in_file(&path).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
    }
}
