//! Where pictures end up: files as a whole or not at all, and whatever is no file is written into.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::TempDir;
use zoomout::testing::{JumpingClock, Script};
use zoomout::{ApiKey, Client, Error, ErrorKind, Pictures, TaskId, check_target};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xAE\x42\x60\x82";
const LINK: &str = "https://h/0";

/// What fetches these, one after the other.
fn pictures(bytes: &[&[u8]]) -> Pictures {
    let script = bytes.iter().fold(Script::new(), |script, bytes| script.picture(Ok(bytes.to_vec())));
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(std::sync::Arc::new(script))
        .clock(std::sync::Arc::new(JumpingClock::new()))
        .build();
    client.unwrap().pictures()
}

fn save(path: &Path) -> Result<(), Error> {
    pictures(&[PNG]).save(LINK, path)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn half_a_picture_of_any_kind_is_never_saved() {
    let jpeg: &[u8] = b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02picture\xff\xd9";
    let gif: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01a\0;";
    let webp: &[u8] = b"RIFF\x0c\0\0\0WEBPVP8 data";
    for picture in [PNG, jpeg, gif, webp] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("wide");
        let half = &picture[..picture.len() - 1];
        let error = pictures(&[half; 4]).save(LINK, &file).unwrap_err();
        assert_eq!((error.kind(), names(folder.path()).len()), (ErrorKind::Transport, 0), "{error:?}");
        pictures(&[half, picture]).save(LINK, &file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), picture);
    }
}

/// A disk with no room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_has_the_whole_picture_or_nothing() {
    let mut sink = Vec::new();
    pictures(&[&PNG[..9]; 4]).write_to(LINK, &mut sink).unwrap_err();
    assert!(sink.is_empty());
    pictures(&[PNG]).write_to(LINK, &mut sink).unwrap();
    assert_eq!(sink, PNG);

    let error = pictures(&[PNG, PNG]).write_to(LINK, &mut Full).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
}

#[test]
fn a_path_that_no_file_can_have_is_found_out_before_money_is_spent() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| check_target(folder.path().join(name));
    at("wide.png").unwrap();
    // The second has no room for the number of one of several pictures.
    for name in ["x".repeat(300), "x".repeat(255), "x".repeat(300) + "/"] {
        let error = at(&name).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("path")), "{name}: {error:?}");
    }
    assert_eq!(check_target("").unwrap_err().kind(), ErrorKind::Invalid);
    fs::write(folder.path().join("file"), b"").unwrap();
    for name in ["missing/wide.png", "file/wide.png", "file/"] {
        assert_eq!(at(name).unwrap_err().kind(), ErrorKind::Storage, "{name}");
    }
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::thread;

    #[test]
    fn the_rights_of_a_file_that_is_written_anew_are_kept() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("wide.png");
        for mode in [0o600, 0o666, 0o640] {
            fs::write(&file, b"old").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            save(&file).unwrap();
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, mode);
            assert_eq!(fs::read(&file).unwrap(), PNG);
        }
        assert_eq!(names(folder.path()), ["wide.png"]);
    }

    #[test]
    fn a_link_is_followed_and_stays() {
        let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let link = folder.path().join("link");
        for real in ["there", "not there"].map(|name| other.path().join(name)) {
            symlink(&real, folder.path().join("chain")).unwrap();
            symlink("chain", &link).unwrap();
            if real.ends_with("there") {
                fs::write(&real, b"old").unwrap();
            }
            check_target(&link).unwrap();
            save(&link).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert!(fs::symlink_metadata(&real).unwrap().is_file());
            assert_eq!(fs::read(&real).unwrap(), PNG);
            fs::remove_file(&link).unwrap();
            fs::remove_file(folder.path().join("chain")).unwrap();
        }
        symlink("nowhere/x", &link).unwrap();
        assert_eq!(check_target(&link).unwrap_err().kind(), ErrorKind::Storage);
        fs::remove_file(&link).unwrap();
        symlink("link", &link).unwrap();
        assert_eq!(check_target(&link).unwrap_err().kind(), ErrorKind::Storage, "round and round");
    }

    #[test]
    fn a_device_is_written_into() {
        check_target("/dev/null").unwrap();
        save(Path::new("/dev/null")).unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn a_pipe_is_written_into_and_takes_all_pictures_of_a_task() {
        let folder = TempDir::new().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        check_target(&pipe).unwrap();
        let read = |pipe: &Path| {
            let pipe = pipe.to_owned();
            thread::spawn(move || fs::read(pipe).unwrap())
        };
        let reader = read(&pipe);
        save(&pipe).unwrap();
        assert_eq!(reader.join().unwrap(), PNG);

        // It stays open between the two.
        let open = fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let task_id = TaskId::new("task_1").unwrap();
        let saved = pictures(&[PNG, PNG]).save_all(&task_id, &[LINK, LINK], &pipe).unwrap();
        assert_eq!(saved, [pipe.as_path(); 2]);
        let mut both = vec![0; 2 * PNG.len()];
        io::Read::read_exact(&mut &open, &mut both).unwrap();
        assert_eq!(both, [PNG, PNG].concat());
        assert_eq!(names(folder.path()), ["pipe"]);
    }

    #[test]
    fn a_socket_is_written_into() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            io::Read::read_to_end(&mut listener.accept().unwrap().0, &mut bytes).unwrap();
            bytes
        });
        check_target(&path).unwrap();
        save(&path).unwrap();
        assert_eq!(reader.join().unwrap(), PNG);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_open_under_a_name_of_the_system_is_gone_on_with() {
    use std::os::fd::AsRawFd;

    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    fs::write(&log, "old ").unwrap();
    let open = fs::OpenOptions::new().append(true).open(&log).unwrap();
    save(Path::new(&format!("/proc/self/fd/{}", open.as_raw_fd()))).unwrap();
    assert_eq!(fs::read(&log).unwrap(), [b"old ", PNG].concat());
}
