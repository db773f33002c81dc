use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use tempfile::TempDir;

use super::*;

fn entries(pairs: &[(&'static str, Option<&'static str>)]) -> OffsetEntries {
    pairs.iter().map(|(key, value)| (Bytes::from(*key), value.map(Bytes::from))).collect()
}

fn store_in(dir: &TempDir) -> FileOffsetStore {
    FileOffsetStore::new(dir.path().join("connect.offsets"))
}

#[test]
fn loads_what_was_saved() {
    let dir = TempDir::new().unwrap();
    let store = store_in(&dir);
    assert_eq!(store.load().unwrap(), entries(&[]));
    for saved in [entries(&[("k", Some("v")), ("kk", None)]), entries(&[]), entries(&[("a", Some(""))])] {
        store.save(&saved).unwrap();
        assert_eq!(store.load().unwrap(), saved);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing temporary is left");
    }
    fs::write(store.path(), "").unwrap();
    assert_eq!(store.load().unwrap(), entries(&[]));
}

#[test]
fn refuses_a_damaged_file_and_leaves_it() {
    let dir = TempDir::new().unwrap();
    let store = store_in(&dir);
    store.save(&entries(&[("k", Some("v"))])).unwrap();
    let whole = fs::read(store.path()).unwrap();
    for damaged in [&whole[..whole.len() - 1], &whole[..1], b"{}", &[0; 100]] {
        fs::write(store.path(), damaged).unwrap();
        let Err(OffsetFileError::Damaged { path, .. }) = store.load() else { panic!("{damaged:x?}") };
        assert_eq!(path, store.path());
        assert_eq!(fs::read(store.path()).unwrap(), damaged);
    }
    let directory = FileOffsetStore::new(dir.path());
    assert!(matches!(directory.load(), Err(OffsetFileError::Read { .. })));
    assert!(matches!(directory.save(&entries(&[])), Err(OffsetFileError::Write { .. })));
}

#[test]
fn a_crash_leaves_the_old_file_or_the_new_one() {
    let dir = TempDir::new().unwrap();
    let store = store_in(&dir);
    let (old, new) = (entries(&[("k", Some("old"))]), entries(&[("k", Some("new"))]));
    store.save(&old).unwrap();
    fs::write(dir.path().join(".connect.offsets.tmp"), b"\xAC\xED half").unwrap(); // killed before the rename
    assert_eq!(store.load().unwrap(), old);
    store.save(&new).unwrap();
    assert_eq!(store.load().unwrap(), new);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn keeps_the_mode_and_follows_links() {
    let dir = TempDir::new().unwrap();
    let (real, link) = (dir.path().join("real"), dir.path().join("link"));
    let store = FileOffsetStore::new(&link);
    symlink(&real, &link).unwrap();
    store.save(&entries(&[("k", Some("1"))])).unwrap(); // a link to nothing
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    store.save(&entries(&[("k", Some("2"))])).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o640);
    assert_eq!(FileOffsetStore::new(&real).load().unwrap(), entries(&[("k", Some("2"))]));
}

/// A directory where no temporary file can be made. As root nothing is refused, so something is in its way instead.
#[test]
fn writes_in_place_where_nothing_may_be_created() {
    let dir = TempDir::new().unwrap();
    let store = store_in(&dir);
    store.save(&entries(&[("key", Some("a long value"))])).unwrap();
    let inode = fs::metadata(store.path()).unwrap().ino();
    fs::create_dir(dir.path().join(".connect.offsets.tmp")).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let shorter = entries(&[("k", Some("v"))]);
    store.save(&shorter).unwrap();
    assert_eq!(store.load().unwrap(), shorter);
    assert_eq!(fs::metadata(store.path()).unwrap().ino(), inode);
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_device_is_not_replaced() {
    let store = FileOffsetStore::new("/dev/null");
    store.save(&entries(&[("k", Some("v"))])).unwrap();
    assert_eq!(store.load().unwrap(), entries(&[]));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}
