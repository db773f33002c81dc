//! `log4j2.yaml` and `log4j2.json`, which is YAML too.
//! A field that holds an object is a child; one that holds a list, a child for each object in it; any other an attribute.

use saphyr_parser::{Event, Parser, ScanError, StrInput};

use super::node::{DEPTH_MAX, Node, ParseError};

/// The first element of the first document.
pub(super) fn parse(text: &str) -> Result<Node, ParseError> {
    let mut events = Events(Parser::new_from_str(text));
    let mut document = Node::default();
    loop {
        match events.next()? {
            Event::MappingStart(..) => break events.fields(&mut document, 0)?,
            Event::StreamStart | Event::DocumentStart(_) => {}
            _ => return Err(ParseError::Empty),
        }
    }
    // A damaged end damages the whole, as in Java.
    while !matches!(events.next()?, Event::DocumentEnd | Event::StreamEnd) {}
    document.children.into_iter().next().ok_or(ParseError::Empty)
}

struct Events<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<Event<'a>, ParseError> {
        match self.0.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(at(&error)),
            None => Ok(Event::StreamEnd),
        }
    }

    /// The fields of an object whose start was read, up to its end.
    fn fields(&mut self, node: &mut Node, depth: usize) -> Result<(), ParseError> {
        loop {
            let name = match self.next()? {
                Event::Scalar(name, ..) => name.into_owned(),
                Event::MappingEnd | Event::StreamEnd => return Ok(()),
                // No name of log4j's is an object or a list.
                other => {
                    self.pass(other, depth)?;
                    String::new()
                }
            };
            match self.next()? {
                Event::Scalar(value, ..) => node.attributes.push((name, value.into_owned())),
                Event::MappingStart(..) => self.child(node, name, depth)?,
                Event::SequenceStart(..) => self.items(node, &name, depth + 1)?,
                other => self.pass(other, depth)?,
            }
        }
    }

    fn child(&mut self, node: &mut Node, name: String, depth: usize) -> Result<(), ParseError> {
        deep_enough(depth)?;
        let mut child = Node::named(name);
        self.fields(&mut child, depth + 1)?;
        node.children.push(child);
        Ok(())
    }

    fn items(&mut self, node: &mut Node, name: &str, depth: usize) -> Result<(), ParseError> {
        loop {
            match self.next()? {
                Event::MappingStart(..) => self.child(node, name.to_owned(), depth)?,
                Event::SequenceEnd | Event::StreamEnd => return Ok(()),
                other => self.pass(other, depth)?,
            }
        }
    }

    /// Passes over a value whose first event was read.
    fn pass(&mut self, first: Event<'a>, depth: usize) -> Result<(), ParseError> {
        let mut open = 0;
        let mut event = first;
        loop {
            match event {
                Event::MappingStart(..) | Event::SequenceStart(..) => open += 1,
                Event::MappingEnd | Event::SequenceEnd => open -= 1,
                Event::StreamEnd => return Ok(()),
                _ => {}
            }
            if open == 0 {
                return Ok(());
            }
            deep_enough(depth + open)?;
            event = self.next()?;
        }
    }
}

fn deep_enough(depth: usize) -> Result<(), ParseError> {
    if depth < DEPTH_MAX { Ok(()) } else { Err(ParseError::Depth) }
}

fn at(error: &ScanError) -> ParseError {
    let place = error.marker();
    ParseError::At { line: place.line(), column: place.col() + 1, what: error.info().to_owned() }
}
