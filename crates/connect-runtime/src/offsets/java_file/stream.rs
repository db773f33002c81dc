//! The grammar of a Java serialization stream, as far as an offset file uses it.
//! Source: Java Object Serialization Specification, chapter 6.

use bytes::{Buf, Bytes};

use super::{HASH_MAP, JavaFileError};

const TC_NULL: u8 = b'p';
const TC_REFERENCE: u8 = b'q';
const TC_CLASSDESC: u8 = b'r';
const TC_OBJECT: u8 = b's';
const TC_STRING: u8 = b't';
const TC_ARRAY: u8 = b'u';
const TC_BLOCKDATA: u8 = b'w';
const TC_ENDBLOCKDATA: u8 = b'x';
const TC_BLOCKDATALONG: u8 = b'z';
const FIRST_HANDLE: u32 = 0x7E_0000;
const STRING: &str = "java.lang.String";
/// The class writes block data behind its fields.
const SC_WRITE_METHOD: u8 = 1;

/// What a later part of the stream may refer to, in the order in which it came.
#[derive(Clone)]
enum Handle {
    Class(usize),
    Array(Bytes),
    Other,
}

/// As much of a class description as it takes to read its objects.
struct ClassDesc {
    name: String,
    flags: u8,
    /// Of all its fields together, in bytes.
    fields_len: usize,
    superclass: Option<usize>,
}

pub(super) struct Stream {
    all: Bytes,
    at: usize,
    handles: Vec<Handle>,
    classes: Vec<ClassDesc>,
}

type Read<T> = Result<T, JavaFileError>;

impl Stream {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { all: bytes, at: 0, handles: Vec::new(), classes: Vec::new() }
    }

    pub(super) fn magic(&mut self, magic: [u8; 4]) -> Read<()> {
        let known = magic.len().min(self.all.len());
        if self.all[..known] != magic[..known] {
            return Err(self.unexpected(0, "a Java serialization stream (AC ED 00 05)"));
        }
        self.take(magic.len(), "its first four bytes").map(drop)
    }

    /// Reads up to the first entry; answers how many entries follow.
    pub(super) fn hash_map_head(&mut self) -> Read<usize> {
        let at = self.at;
        let class = match self.u8("an object")? {
            TC_OBJECT | TC_ARRAY => self.class_desc()?,
            TC_STRING => return Err(JavaFileError::NotAHashMap { class: STRING.to_owned() }),
            _ => return Err(self.unexpected(at, "an object")),
        };
        let map = self.superclasses(class).find(|&class| self.classes[class].name == HASH_MAP);
        let Some(map) = map else { return Err(JavaFileError::NotAHashMap { class: self.classes[class].name.clone() }) };
        self.handles.push(Handle::Other);
        self.take(self.classes[map].fields_len, "the fields of the map")?;
        if self.classes[map].flags & SC_WRITE_METHOD == 0 {
            return Err(self.unexpected(self.at, "the entries of a HashMap"));
        }
        self.buckets_and_size()
    }

    /// `HashMap` writes two numbers, which may stand in one block or several.
    fn buckets_and_size(&mut self) -> Read<usize> {
        let at = self.at;
        let mut numbers = Vec::with_capacity(8);
        while numbers.len() < 8 {
            let len = match self.u8("the size of the map")? {
                TC_BLOCKDATA => usize::from(self.u8("the size of the map")?),
                TC_BLOCKDATALONG => self.len("the size of the map")?,
                _ => return Err(self.unexpected(at, "the size of the map")),
            };
            numbers.extend_from_slice(&self.take(len, "the size of the map")?);
        }
        let Ok(numbers) = <[u8; 8]>::try_from(numbers) else { return Err(self.unexpected(at, "the size of the map")) };
        let size = i32::from_be_bytes([numbers[4], numbers[5], numbers[6], numbers[7]]);
        usize::try_from(size).map_err(|_| self.unexpected(at, "the size of the map"))
    }

    /// A key or a value.
    pub(super) fn byte_array(&mut self) -> Read<Option<Bytes>> {
        let at = self.at;
        match self.u8("a key or value")? {
            TC_NULL => Ok(None),
            TC_REFERENCE => match self.handle("a byte[]")? {
                Handle::Array(bytes) => Ok(Some(bytes)),
                _ => Err(self.unexpected(at, "a byte[]")),
            },
            TC_ARRAY => self.array(at).map(Some),
            TC_STRING => Err(JavaFileError::NotBytes { at, class: STRING.to_owned() }),
            TC_OBJECT => {
                let class = self.class_desc()?;
                Err(JavaFileError::NotBytes { at, class: self.classes[class].name.clone() })
            }
            _ => Err(self.unexpected(at, "a byte[]")),
        }
    }

    fn array(&mut self, at: usize) -> Read<Bytes> {
        let class = self.class_desc()?;
        if self.classes[class].name != "[B" {
            return Err(JavaFileError::NotBytes { at, class: self.classes[class].name.clone() });
        }
        let len = self.len("a byte[]")?;
        let bytes = self.take(len, "a byte[]")?;
        self.handles.push(Handle::Array(bytes.clone()));
        Ok(bytes)
    }

    pub(super) fn end_of_block_data(&mut self) -> Read<()> {
        let at = self.at;
        match self.u8("the end of the map")? {
            TC_ENDBLOCKDATA => Ok(()),
            _ => Err(self.unexpected(at, "the end of the map")),
        }
    }

    /// The description of a class and, behind it, of each of its superclasses; or a reference to one.
    fn class_desc(&mut self) -> Read<usize> {
        let first = self.classes.len();
        loop {
            let at = self.at;
            let superclass = match self.u8("a class description")? {
                TC_CLASSDESC => {
                    let class = self.classes.len();
                    self.new_class()?;
                    if class > first {
                        self.classes[class - 1].superclass = Some(class);
                    }
                    continue;
                }
                TC_REFERENCE => match self.handle("a class description")? {
                    // A class that is its own superclass would never end.
                    Handle::Class(class) if class < first => Some(class),
                    _ => return Err(self.unexpected(at, "a class description")),
                },
                TC_NULL if self.classes.len() > first => None,
                _ => return Err(self.unexpected(at, "a class description")),
            };
            if let Some(last) = self.classes[first..].last_mut() {
                last.superclass = superclass;
                return Ok(first);
            }
            return superclass.ok_or_else(|| self.unexpected(at, "a class description"));
        }
    }

    /// One class description without its superclass, which follows.
    fn new_class(&mut self) -> Read<()> {
        const WHAT: &str = "a class description";
        let name = self.utf(WHAT)?;
        self.take(8, WHAT)?;
        self.handles.push(Handle::Class(self.classes.len()));
        let flags = self.u8(WHAT)?;
        let fields = self.u16(WHAT)?;
        let mut fields_len = 0;
        for _ in 0..fields {
            fields_len += self.field()?;
        }
        self.classes.push(ClassDesc { name, flags, fields_len, superclass: None });
        self.end_of_block_data()
    }

    /// How long the value of a field is. No map has fields that are objects.
    fn field(&mut self) -> Read<usize> {
        let at = self.at;
        let len = match self.u8("a field")? {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'F' | b'I' => 4,
            b'D' | b'J' => 8,
            _ => return Err(self.unexpected(at, "a field that is a number")),
        };
        self.utf("a field").map(|_| len)
    }

    /// The class itself, then what it extends. Ends, because a superclass stands behind its subclass or came long before.
    fn superclasses(&self, class: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(class), |&class| self.classes[class].superclass)
    }

    fn handle(&mut self, what: &'static str) -> Read<Handle> {
        let at = self.at;
        let number = self.take(4, what)?.get_u32();
        let index = number.checked_sub(FIRST_HANDLE).and_then(|index| self.handles.get(index as usize));
        index.cloned().ok_or_else(|| self.unexpected(at, what))
    }

    fn u8(&mut self, what: &'static str) -> Read<u8> {
        Ok(self.take(1, what)?.get_u8())
    }

    fn u16(&mut self, what: &'static str) -> Read<u16> {
        Ok(self.take(2, what)?.get_u16())
    }

    fn len(&mut self, what: &'static str) -> Read<usize> {
        let at = self.at;
        let len = self.take(4, what)?.get_i32();
        usize::try_from(len).map_err(|_| self.unexpected(at, what))
    }

    fn utf(&mut self, what: &'static str) -> Read<String> {
        let len = usize::from(self.u16(what)?);
        Ok(String::from_utf8_lossy(&self.take(len, what)?).into_owned())
    }

    fn take(&mut self, len: usize, what: &'static str) -> Read<Bytes> {
        if len > self.all.len() - self.at {
            return Err(JavaFileError::Truncated { at: self.all.len(), what });
        }
        let taken = self.all.slice(self.at..self.at + len);
        self.at += len;
        Ok(taken)
    }

    fn unexpected(&self, at: usize, expected: &'static str) -> JavaFileError {
        let found = self.all.get(at).map_or_else(|| "missing".to_owned(), |byte| format!("{byte:#04x}"));
        JavaFileError::Unexpected { at, expected, found }
    }
}
