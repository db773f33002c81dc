//! `allowed.paths`: where a provider may read.
//!
//! Source: Apache Kafka, `AllowedPaths`. As there, paths are compared as they are written, `.` and `..` resolved; a symbolic
//! link inside an allowed folder leads where it leads.

use std::path::{Component, Path, PathBuf};

use connect_config::{ConfigDef, ConfigException, Props};

/// The key that both providers of files know.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub(crate) struct AllowedPathsConfig {
    /// The folders and files that may be read, absolute, with commas between them. Without, everything may.
    #[config(importance = Low)]
    allowed_paths: Option<String>,
}

/// Absolute and normalised; none allows all.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedPaths(Option<Vec<PathBuf>>);

impl AllowedPaths {
    /// # Errors
    /// One of the paths is relative, or there is nothing.
    pub(crate) fn of(configs: &Props) -> Result<Self, ConfigException> {
        let Some(listed) = configs.get("allowed.paths").filter(|listed| !listed.is_empty()) else {
            return Ok(Self(None));
        };
        // As Java's `split`: what is empty at the end does not count.
        let listed = listed.trim_end_matches(',');
        let paths = listed.split(',').filter(|_| !listed.is_empty()).map(|path| {
            let path = normalised(Path::new(path));
            let wrong = |what| Err(ConfigException::new(format!("Path {} {what}", path.display())));
            match path.is_absolute() {
                false => wrong("is not absolute"),
                true if !path.exists() => wrong("does not exist"),
                true => Ok(path),
            }
        });
        Ok(Self(Some(paths.collect::<Result<_, _>>()?)))
    }

    /// The path to read; none if it may not be read, which is logged.
    pub(crate) fn admit(&self, path: &str) -> Option<PathBuf> {
        let Some(allowed) = &self.0 else { return Some(PathBuf::from(path)) };
        let path = normalised(Path::new(path));
        if !allowed.iter().any(|allowed| path.starts_with(allowed)) {
            tracing::warn!("The path {} is not allowed to be accessed", path.display());
            return None;
        }
        Some(path)
    }
}

/// Without `.`, and without `..` where something stands before it.
fn normalised(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        let last = result.components().next_back();
        match (component, last) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(result.pop()),
            _ => result.push(component),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_as_written() {
        for (path, want) in [
            ("/a/./b/../c", "/a/c"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("./a/", "a"),
            ("..", ".."),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(normalised(Path::new(path)), Path::new(want), "{path}");
        }
    }

    #[test]
    fn only_what_is_allowed_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        let allowed = AllowedPaths::of(&Props::from([("allowed.paths", &*text(inside.clone()))])).unwrap();
        for (path, admitted) in [
            (inside.join("a"), true),
            (inside.clone(), true),
            (inside.join("../inside/./a"), true),
            (inside.join("../a"), false),
            (folder.path().join("inside-not"), false),
            ("relative".into(), false),
        ] {
            assert_eq!(allowed.admit(&text(path.clone())).is_some(), admitted, "{path:?}");
        }
        assert!(AllowedPaths::of(&Props::new()).unwrap().admit("anything").is_some());
    }
}
