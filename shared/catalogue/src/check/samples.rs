//! The samples of event versions in a folder: `<type>/v<N>.json`.

use std::{collections::BTreeSet, fs, io, path::Path};

/// Which versions have a sample.
#[derive(Debug, Clone, Default)]
pub struct Samples(BTreeSet<(String, u32)>);

impl Samples {
    /// What is in this folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let mut samples = BTreeSet::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (Ok(name), true) = (entry.file_name().into_string(), entry.file_type()?.is_dir()) else {
                continue;
            };
            for file in fs::read_dir(entry.path())? {
                let file = file?.file_name();
                let version = file
                    .to_str()
                    .and_then(|file| file.strip_prefix('v')?.strip_suffix(".json"));
                if let Some(version) = version.and_then(|version| version.parse().ok()) {
                    samples.insert((name.clone(), version));
                }
            }
        }
        Ok(Self(samples))
    }

    /// Whether this version has one.
    #[must_use]
    pub fn has(&self, name: &str, version: u32) -> bool {
        self.0.contains(&(name.to_owned(), version))
    }
}

impl<const N: usize> From<[(&str, u32); N]> for Samples {
    fn from(samples: [(&str, u32); N]) -> Self {
        Self(
            samples
                .into_iter()
                .map(|(name, version)| (name.to_owned(), version))
                .collect(),
        )
    }
}
