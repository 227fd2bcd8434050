#!/usr/bin/python3
"""The five features of bug localisation by the formulas, word by word, for bug_reports_test.cpp.

rVSM: Zhou, Zhang and Lo 2012; the features: Lam, Nguyen, Nguyen and Nguyen 2017. The words are the
stems of themselves, so that no stemmer is needed.
"""
import math

SOURCES = {"a/Zebra.java": "zebra mango mango kiwi", "a/Tiger.java": "tiger kiwi mango cobra piano piano",
           "b/Cobra.java": "cobra tiger tiger tiger piano kiwi zebra cobra"}
CLASSES = {"a/Zebra.java": "zebra", "a/Tiger.java": "tiger", "b/Cobra.java": "cobra"}
REPORTS = [("mango mango zebra", (2012, 1), "a/Zebra.java"),
           ("kiwi cobra piano", (2012, 3), "b/Cobra.java"),
           ("zebra mango piano", (2012, 3), "a/Zebra.java"),
           ("zebra tiger mango cobra mango", (2012, 8), "a/Tiger.java")]


def count(words):
    return {word: words.count(word) for word in words}


def vector(words, collection):
    weights = {}
    for word, number in count(words).items():
        texts_with = sum(word in text for text in collection)
        if texts_with:
            weights[word] = (math.log(number) + 1) * math.log(len(collection) / texts_with)
    return weights


def cosine(a, b):
    product = sum(a[word] * b.get(word, 0) for word in a)
    norms = math.sqrt(sum(w * w for w in a.values()) * sum(w * w for w in b.values()))
    return product / norms if norms else 0


def main():
    sources = {path: text.split() for path, text in SOURCES.items()}
    texts = [text.split() for text, _, _ in REPORTS]
    sizes = [len(words) for words in sources.values()]
    for i, (_, (year, month), _) in enumerate(REPORTS):
        for path, words in sources.items():
            scaled = (len(words) - min(sizes)) / (max(sizes) - min(sizes))
            factor = 1 / (1 + math.exp(-scaled))
            report = vector(texts[i], sources.values())
            earlier = [j for j, (_, when, fixed) in enumerate(REPORTS)
                       if fixed == path and when < (year, month)]
            merged = [word for j in earlier for word in texts[j]]
            last = max((REPORTS[j][1] for j in earlier), default=None)
            months = None if last is None else (year - last[0]) * 12 + month - last[1]
            print(i, path, [round(x, 9) for x in (
                factor * cosine(report, vector(words, sources.values())),
                cosine(vector(texts[i], texts), vector(merged, texts)),
                cosine(report, vector(CLASSES[path].split(), sources.values())),
                0 if months is None else 1 / (months + 1), len(earlier))])


main()
