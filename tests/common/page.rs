//! A page of HTML, read as browsers read it.

use std::collections::HashMap;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element of a page.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: HashMap<String, String>,
    /// All text within it.
    pub text: String,
    /// The elements around it, the nearest last.
    pub ancestors: Vec<usize>,
}

impl Element {
    /// An attribute, or nothing.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// All elements of a page, in order, and what was wrong with its text.
#[derive(Debug, Default)]
pub struct Page {
    pub elements: Vec<Element>,
    pub errors: Vec<String>,
}

impl Page {
    pub fn parse(text: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(text);
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        let mut page = Self { errors, ..Self::default() };
        page.take(&dom.document, &[]);
        page
    }

    fn take(&mut self, node: &Handle, ancestors: &[usize]) {
        let mut around = ancestors.to_vec();
        match &node.data {
            NodeData::Text { contents } => {
                for ancestor in ancestors {
                    self.elements[*ancestor].text.push_str(&contents.borrow());
                }
            }
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes =
                    attributes.iter().map(|a| (a.name.local.to_string(), a.value.to_string()));
                around.push(self.elements.len());
                self.elements.push(Element {
                    name: name.local.to_string(),
                    attributes: attributes.collect(),
                    text: String::new(),
                    ancestors: ancestors.to_vec(),
                });
            }
            _ => (),
        }
        for child in node.children.borrow().iter() {
            self.take(child, &around);
        }
    }

    /// Elements of this name with their places.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a Element)> {
        self.elements.iter().enumerate().filter(move |(_, element)| element.name == name)
    }

    /// Elements of this name within the one at a place.
    pub fn within<'a>(&'a self, place: usize, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.all(name)
            .map(|(_, element)| element)
            .filter(move |element| element.ancestors.contains(&place))
    }

    /// The text of the only element of this name.
    pub fn text_of<'a>(&'a self, name: &'a str) -> &'a str {
        let mut found = self.all(name);
        let (_, element) = found.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(found.next().is_none(), "several {name}");
        &element.text
    }

    /// Identifiers of elements of this name.
    pub fn ids<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.all(name)
            .filter_map(|(_, element)| element.attributes.get("id"))
            .map(String::as_str)
            .collect()
    }
}
