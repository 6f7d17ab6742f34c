/** The errors of the web platform, told apart by their name. */
export class DOMException extends Error {
  constructor(message = '', name = 'Error') {
    super(message);
    this.name = name;
  }
}
