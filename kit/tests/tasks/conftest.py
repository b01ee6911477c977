"""A project with the tasks that the template generates."""

import dataclasses
import io
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import DATA, REPOSITORY
from tfmot_technique_kit import tasks
from tfmot_technique_kit.project import Project

TEMPLATE = REPOSITORY / "<<cookiecutter.technique_slug>>" / "experiments"


def make_project(root: Path) -> Project:
    """Copies the small project, with the tasks and the hyper-parameters of the template."""
    shutil.copytree(DATA / "some_method", root, dirs_exist_ok=True)
    for path in (*TEMPLATE.glob("tasks/*.py"), *TEMPLATE.glob("configs/*.yaml")):
        licence, _, text = path.read_text(encoding="utf-8").partition("\n")
        assert licence.startswith("<% include"), path
        place = root / "experiments" / path.relative_to(TEMPLATE)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="session", name="generated")
def _generated(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="session")
def create(generated):
    """A function that creates a task of a name, with options as keywords."""
    return lambda name, **options: tasks.create(generated, name, options)


@pytest.fixture
def train():
    """A function that trains the model of a task for an epoch, from its first weights."""
    # What makes two updates of a technique out of few examples.
    changes = ["training.fine_tune_epochs=1", "training.batch_size=8"]
    changes += ["technique.update_frequency=1"]

    def run(project: Project, name: str, training: str):
        from tfmot_technique_kit.experiments import config
        from tfmot_technique_kit.experiments.plan import Plan
        from tfmot_technique_kit.experiments.training import Trainer

        plan = Plan(project, name, "smoke", config.load(project, name, "smoke", changes), seed=0)
        task = tasks.create(project, name, plan.config["task"])
        data = task.load()
        data = dataclasses.replace(data, train=data.train.take(32))
        weights = task.build().get_weights()
        model, _ = Trainer(plan, task, data).train(plan.parse(training), weights)
        inputs, _ = next(iter(data.test.batch(2)))
        assert model(inputs).shape == task.build()(inputs).shape
        assert np.isfinite(model(inputs)).all()
        return model

    return run


@pytest.fixture(name="store")
def _store(tmp_path):
    """A function that writes a data set as TensorFlow Datasets does, and returns its folder."""
    tfds = pytest.importorskip("tensorflow_datasets")

    def run(name, version, features, train, validation):
        name, config = name.split("/")
        tfds.dataset_builders.store_as_tfds_dataset(
            **{"name": name, "config": config, "version": version, "data_dir": tmp_path / "data"},
            features=tfds.features.FeaturesDict(features),
            split_datasets={"train": train, "validation": validation},
            disable_shuffling=True,
        )
        return tmp_path / "data"

    return run


@pytest.fixture(name="sst2_dir")
def write_sst2(store):
    """Four sentences to train and two to validate."""
    from tensorflow_datasets import features

    texts = ("a good film", "a bad film", "not good", "Good, good film!")
    examples = [
        (i, {"idx": i, "sentence": text, "label": int("bad" not in text)})
        for i, text in enumerate(texts)
    ]
    label = features.ClassLabel(names=["negative", "positive"])
    kinds = {"idx": np.int32, "label": label, "sentence": features.Text()}
    return store("glue/sst2", "2.0.0", kinds, examples, examples[:2])


@pytest.fixture(name="movie_reviews_dir")
def write_movie_reviews(tmp_path):
    """Writes sentences, rated from -4 to 4, into archives as those of vaderSentiment."""
    rated = [("a good film", 3.1), ("Good, good film!", 0.5), ("a bad film", -2.0), ("bad", -0.5)]
    rated = [*rated, ("so so", 0.4)] * 5
    lines = [f"{i}\t{rating}\t{text}\r\n" for i, (text, rating) in enumerate(rated)]

    def pack(name, content):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        return stream.getvalue()

    inner = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
    outer = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    content = pack(outer, pack(inner, "".join(lines).encode()))
    (tmp_path / "vaderSentiment-3.3.2.tar.gz").write_bytes(content)
    return tmp_path


@pytest.fixture(name="coco_dir")
def write_coco(store):
    """Two images, and the first of them to validate."""
    from tensorflow_datasets import features

    box = features.BBox

    def example(i, *objects):
        keys = ("bbox", "label", "is_crowd", "area", "id")
        described = [dict(zip(keys, (*each, 1, 1), strict=True)) for each in objects]
        image = {"image": np.full([40, 80, 3], 255, np.uint8), "image/filename": f"{i}.jpg"}
        return i, {**image, "image/id": i, "objects": described}

    small, middle = (box(0.1, 0.1, 0.2, 0.2), 1, False), (box(0.5, 0.25, 0.75, 0.5), 3, False)
    large, crowd = (box(0.0, 0.0, 0.5, 1.0), 79, False), (box(0.0, 0.0, 1.0, 1.0), 2, True)
    examples = [example(0, small, crowd, middle, large), example(1)]
    objects = {"area": np.int64, "id": np.int64, "is_crowd": np.bool_}
    objects |= {"bbox": features.BBoxFeature(), "label": features.ClassLabel(num_classes=80)}
    kinds = {"image": features.Image(encoding_format="png"), "image/id": np.int64}
    kinds |= {"image/filename": features.Text(), "objects": features.Sequence(objects)}
    return store("coco/2017", "1.1.0", kinds, examples, examples[:1])


def write_images(folder, names=("cat", "dog")):
    """Writes folders of classes, the first black, the second white: 3 and 2 images to train on.

    There is 1 of each to validate with. Further classes have no images.
    """
    import tensorflow as tf

    for split, counts in (("train", (3, 2)), ("validation", (1, 1))):
        for i, name in enumerate(names):
            place = folder / split / name
            place.mkdir(parents=True)
            for number in range(counts[i] if i < 2 else 0):
                pixels = np.full([40, 30, 3], 255 * i, np.uint8)
                (place / f"{number}.png").write_bytes(tf.io.encode_png(pixels).numpy())
    return folder
