"""Training by minibatches."""

import numpy as np

from . import optim

__all__ = ["Solver"]


class Solver:
    """Trains a model and records how it goes.

    model: has params (a dictionary of arrays) and loss(X, y) -> (loss, grads), loss(X) -> scores.
    data: a dictionary with X_train, y_train, X_val, y_val.

    After train():
      loss_history        the minibatch loss of every iteration;
      epoch_history       when accuracies were measured: 0 is after the first step;
      train_acc_history, val_acc_history
                          the accuracies then;
      best_val_acc, best_params
                          the best validation accuracy and the parameters that reached it,
                          which model.params then holds.
    """

    def __init__(
        self,
        model,
        data,
        *,
        update_rule="sgd",
        optim_config=None,
        lr_decay=1.0,
        batch_size=100,
        num_epochs=10,
        num_train_samples=1000,
        num_val_samples=None,
        check_every=1,
        print_every=10,
        verbose=True,
    ):
        """update_rule: the name of a function in optim.py; an unknown one raises ValueError.
        optim_config: its settings, such as {'learning_rate': 1e-3}.
        lr_decay: multiplies the learning rate after each epoch.
        num_train_samples, num_val_samples: examples used to measure accuracy; None means all.
        check_every: epochs between two measurements of the accuracies; the last one always counts.
        print_every: iterations between printed losses. verbose=False prints nothing.
        """
        if update_rule not in optim.__all__:
            raise ValueError(f"update_rule is {update_rule!r}; it must be one of {optim.__all__}")
        self.model = model
        self.X_train, self.y_train = data["X_train"], data["y_train"]
        self.X_val, self.y_val = data["X_val"], data["y_val"]

        self.update_rule = getattr(optim, update_rule)
        # A dictionary for each parameter, because rules such as Adam remember past gradients.
        self.optim_configs = {name: dict(optim_config or {}) for name in model.params}
        self.lr_decay = lr_decay
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.check_every = check_every
        self.print_every = print_every
        self.verbose = verbose

        self.epoch = 0
        self.best_val_acc = 0
        self.best_params = {}
        self.loss_history = []
        self.epoch_history = []
        self.train_acc_history = []
        self.val_acc_history = []

    def _step(self):
        """One update of every parameter from one minibatch, drawn with replacement."""
        batch = np.random.choice(len(self.X_train), self.batch_size)
        loss, grads = self.model.loss(self.X_train[batch], self.y_train[batch])
        self.loss_history.append(loss)
        for name, w in self.model.params.items():
            config = self.optim_configs[name]
            self.model.params[name], _ = self.update_rule(w, grads[name], config)

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """The fraction of X (N, d_1, ..., d_k) that the model classifies as y (N,) says.

        num_samples: use that many examples, drawn at random, if N is larger. The model sees
        batch_size examples at a time, to save memory.
        """
        if num_samples is not None and len(X) > num_samples:
            chosen = np.random.choice(len(X), num_samples)
            X, y = X[chosen], y[chosen]
        right = 0
        for start in range(0, len(X), batch_size):
            scores = self.model.loss(X[start : start + batch_size])
            right += np.sum(scores.argmax(axis=1) == y[start : start + batch_size])
        return float(right / len(X))

    def _record_accuracies(self):
        """Measures both accuracies, and keeps a copy of the parameters if they are the best."""
        train = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
        val = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
        self.epoch_history.append(self.epoch)
        self.train_acc_history.append(train)
        self.val_acc_history.append(val)
        if self.verbose:
            print(
                f"(Epoch {self.epoch} / {self.num_epochs}) train acc: {train:f}; val_acc: {val:f}"
            )
        if val > self.best_val_acc or not self.best_params:
            self.best_val_acc = val
            self.best_params = {name: w.copy() for name, w in self.model.params.items()}

    def train(self):
        """num_epochs passes over the training set; leaves the best parameters in the model."""
        per_epoch = max(len(self.X_train) // self.batch_size, 1)
        iterations = self.num_epochs * per_epoch
        for t in range(iterations):
            self._step()
            if self.verbose and t % self.print_every == 0:
                print(f"(Iteration {t + 1} / {iterations}) loss: {self.loss_history[-1]:f}")
            if t == 0:  # CS231n calls this epoch 0
                self._record_accuracies()
            if (t + 1) % per_epoch == 0:
                self.epoch += 1
                for config in self.optim_configs.values():
                    if "learning_rate" in config:
                        config["learning_rate"] *= self.lr_decay
                if self.epoch % self.check_every == 0 or t + 1 == iterations:
                    self._record_accuracies()
        if self.best_params:
            self.model.params = dict(self.best_params)
