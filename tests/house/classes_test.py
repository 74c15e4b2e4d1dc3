#!/usr/bin/python3
"""The classes of the tree keep to the rules of classes.py; and one that does not is found."""
import unittest

import classes
from source_tree import SourceTree, whole_tree

SAMPLE = """
// What it is for.
class RHUMB_EXPORT Sample final : public Base<int> {
 public:
  explicit Sample(int a, std::function<void()> b = nullptr);
  ~Sample() override;
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = default;
  enum class Kind { kOne, kTwo };
  using Callback = std::function<void(int)>;

  // Not a method: void Commented();
  int size() const { return Count(); }
  absl::StatusOr<std::map<int, int>> Read(const std::string& name = "T()")
      ABSL_LOCKS_EXCLUDED(mu_);
  void Read();
  template <typename T>
  void Each(T&& visit) const;
  virtual void Pure() = 0;
  void FromInterface(int a) override;
  bool operator==(const Sample& other) const;
  struct Options {
    double rate_bps = 0;
    bool Valid() const;
  };
  std::function<int(int)> field = Default();

 protected:
  void Protected();

 private:
  void Private();
};
"""


def wide(methods, comment=""):
    body = "\n".join(f"  void M{i}();" for i in range(methods))
    return f"namespace a {{\n{comment}class Wide {{\n public:\n{body}\n}};\n}}\n"


class TreeTest(unittest.TestCase):
    def test_no_class_has_many_public_methods_without_a_reason(self):
        self.assertEqual(classes.check_width(whole_tree()), [])

    def test_no_class_is_implemented_in_several_sources(self):
        self.assertEqual(classes.check_one_source(whole_tree()), [])

    def test_no_name_means_two_classes(self):
        self.assertEqual(classes.check_one_definition(whole_tree()), [])

    def test_the_tree_is_seen(self):
        tree = whole_tree()
        (topology,) = [
            found
            for found in classes.classes_of("", tree.text("topologies/topology.h"))
            if found.name == "Topology"
        ]
        self.assertGreater(len(topology.methods), 15)


class WidthTest(unittest.TestCase):
    def test_public_methods_are_counted_and_nothing_else(self):
        sample, options = classes.classes_of("sample.h", SAMPLE)
        self.assertEqual(sample.name, "Sample")
        self.assertEqual(sample.methods, ["size", "Read", "Each", "Pure"])
        self.assertEqual((options.name, options.methods), ("Sample::Options", ["Valid"]))

    def test_too_many_methods_are_found_with_the_line_of_the_class(self):
        self.assertEqual(classes.check_width(SourceTree({"a/w.h": wide(15)})), [])
        (fault,) = classes.check_width(SourceTree({"a/w.h": wide(16)}))
        self.assertTrue(fault.startswith("a/w.h:2: class Wide has 16 public methods"), fault)

    def test_a_reason_in_the_comment_is_enough_and_an_empty_one_is_not(self):
        reason = "// Holds a table.\n// Wide: one accessor a column.\n"
        self.assertEqual(classes.check_width(SourceTree({"a/w.h": wide(16, reason)})), [])
        self.assertEqual(len(classes.check_width(SourceTree({"a/w.h": wide(16, "// Wide:\n")}))), 1)

    def test_private_methods_of_a_class_do_not_count(self):
        source = wide(16).replace(" public:\n", "")
        self.assertEqual(classes.check_width(SourceTree({"a/w.h": source})), [])


class OneSourceTest(unittest.TestCase):
    TREE = {
        "a/cut.h": "class Cut {\n public:\n  void One();\n  void Two();\n};\n",
        "a/cut.cc": '#include "a/cut.h"\nvoid Cut::One() {}\n',
        "a/cut_more.cc": '#include "a/cut.h"\n\nstd::vector<int> Cut::Two(int a) {}\n',
    }

    def test_a_class_cut_over_two_sources_is_found(self):
        (fault,) = classes.check_one_source(SourceTree(self.TREE))
        self.assertTrue(fault.startswith("a/cut.h:1: class Cut is implemented in 2 files"), fault)
        self.assertIn("a/cut_more.cc:3", fault)

    def test_calls_are_no_definitions(self):
        user = '#include "a/cut.h"\nvoid Use() {\n  Cut::Two(1);\n  return Cut::Two(2);\n}\n'
        self.assertEqual(
            classes.check_one_source(SourceTree(dict(self.TREE, **{"a/cut_more.cc": user}))), []
        )

    def test_classes_of_one_name_are_told_apart_by_the_header_that_is_included(self):
        tree = dict(self.TREE)
        tree["b/cut.h"] = tree["a/cut.h"]
        tree["a/cut_more.cc"] = '#include "b/cut.h"\nvoid Cut::Two() {}\n'
        self.assertEqual(classes.check_one_source(SourceTree(tree)), [])


class OneDefinitionTest(unittest.TestCase):
    ONE = "namespace rhumb {\nstruct Point {\n  int x;\n};\n}\n"

    def faults(self, other):
        return classes.check_one_definition(SourceTree({"a/one.h": self.ONE, "b/two.cc": other}))

    def test_a_name_with_two_meanings_is_found(self):
        (fault,) = self.faults("namespace rhumb {\nclass Other;\nclass Point {};\n}\n")
        self.assertTrue(
            fault.startswith("b/two.cc:3: class rhumb::Point is another one than"), fault
        )
        self.assertIn("a/one.h:2", fault)

    def test_other_namespaces_nested_and_local_classes_are_others(self):
        for other in (
            "namespace rhumb {\nnamespace {\nstruct Point {};\n}\n}\n",
            "namespace rhumb::neural {\nstruct Point {};\n}\n",
            "namespace rhumb {\nclass Line {\n  struct Point {};\n};\n}\n",
            "namespace rhumb {\nvoid F() {\n  struct Point {};\n}\n}\n",
            "namespace rhumb {\nstruct Point;\nenum class Point { kA };\n}\n",
        ):
            self.assertEqual(self.faults(other), [], other)


if __name__ == "__main__":
    unittest.main()
