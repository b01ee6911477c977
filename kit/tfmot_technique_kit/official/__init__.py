"""Models of TensorFlow Official Models, and a technique inside of their layers.

Needs `tf-models-official`, which is tied to one version of TensorFlow: give it an environment
of its own. `bert` and `retinanet` build models for the options of a project's tasks; `opaque`
wraps what is inside of their layers, and strips it there:

    project = Project.find()
    api, task = project.api, tasks.create(project, "bert")
    model = bert.build(task.options, classes=2)
    schedule = api.PolynomialDecay(0.0, 0.5, 0, 30, frequency=10)
    model = opaque.apply(api, model, schedule=schedule)
    model.compile("adam", task.loss())
    model.fit(task.load().train.batch(24), callbacks=[api.UpdateStep()])
    content = conversion.convert(opaque.strip(api, model), "float")  # .tflite

A wrapper counts a step in each call: the convolutions of `RetinaNetHead` are called for each
level of features, so their schedule ends so many times sooner.
"""

from tfmot_technique_kit import switch
from tfmot_technique_kit.errors import UserError

if not switch.is_legacy():
    raise UserError(f"The models of tf-models-official are made of Keras 2: set {switch.LEGACY}=1.")
